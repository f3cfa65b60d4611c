package report

import "time"

// Limits on what Decode takes in. A work report is 20 to 80 kB of text; a scanned one is a few megabytes. Each limit leaves
// room for the largest honest file and none for one that was made to exhaust the machine.
const (
	// MaxInput is the largest file, in bytes.
	MaxInput = 32 << 20
	// MaxExpanded is how much the parts of a packed file may hold once they are unpacked, in bytes, all together.
	MaxExpanded = 64 << 20
	// MaxText is the longest decoded text, in code points, tags included.
	MaxText = 4_000_000
)

const (
	maxZipEntries = 10_000           // parts of a docx; Word writes about 20, and one for each picture
	maxSidePart   = 8 << 20          // bytes of the styles or the numbering of a docx; Word writes under one megabyte
	pdfTime       = 60 * time.Second // for one PDF; 23 pages take under a second
	pdfPages      = 2_000            // of one PDF
	pdfMemory     = 128 << 20        // what the PDF reader may allocate for one document, in bytes; the file itself is not copied into it
)

// A PDF with fewer characters a page than this is probably a scan with a few words of text laid over it. A page of a report
// holds 600 to 900.
const pdfSparse = 100
