package report

// wordy reads a clause without a figure.
func (p *parser) wordy(list []clause, i int, s *sentence, kind Kind) {
}
