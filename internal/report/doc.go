/*
Package report reads a government work report: text goes in, records come out, each with the span of the words that it was
read from. It is pure: no clock, no network, no file, and the same text always gives the same reading.

A work report is a closed genre. Its chapters come in one order, its figures stand beside a few hundred nouns, and its
promises open with a few hundred verbs. So the reader is a grammar with lexicons (the files of folder lexicon), and every
record can say by which rule it was read.

# The way of a text

	Decode      bytes → Source           text, HTML, docx, pdf; what a person reads, and where each rune stands
	normalise   Source → norm            half width, no blanks, no footnote marks, no line breaks inside sentences
	outline     norm → sentences         chapter, state, theme, matter, year or span of years of each sentence
	figures     sentence → figures       number, scale, unit, comparator; or the reason why it is only a name or a date
	clauses     sentence → clauses       cut at , ; : and the full stop, never inside brackets or quotations
	claims      clause → Record          what the figure is about, and what sort of figure it is
	link        Records → Links          last year's figure of the same indicator; the same promise in body and annex

# States

A chapter's title tells its state: review (回顾), horizon (“十X五”时期…目标), plan (20XX年工作安排), livelihood (民生实事),
problems (清醒看到), self (自身建设), glossary (名词解释). The state makes a figure a result, a target or a task. In a plan
the sentence with the anchor 预期目标是 and those that go on like it are targets; the rest are tasks.

# A claim

	claim  := [time] [scope] name [predicate] [comparator] number [scale] [余|多] unit [comparator]
	share  := name 占 whole [的比重] figure
	from   := 从|由 figure 提高到|增至|… figure              the first is kept in From
	dist   := A、B和C 分别|均|各 figures
	count  := verb figure noun                           新建3所小学: the noun behind the figure is the name

In front of a figure the parser takes the predicate off word by word, from the right (lexicon tails): a verb of growth makes
the figure a growth, a fall makes it negative, 到 and 至 make it a level again. What is left is the subject; dates, scopes,
adverbs and verbs that only say "done" come off its front (clean). A clause that leaves its subject out takes the indicator
that the sentence named last; 分别 deals figures out to the indicators named before; a name such as 总数 or 投资额, which
says what but not of what, is composed with the name before it. Behind a count the noun ends where a predicate begins
(lexicon predicates): 27类电子证照|实现共享.

Numbers that claim nothing are not dropped. Names (5G, 4A级, 301国道, “2513”), ordinals, dates, spans of time, headers (12件
民生实事) and references are listed as Unparsed with the reason. A filter (5000万元以上项目237个) belongs to the name.

# Years

A review speaks of the year before the report's own, or, behind 这五年 or “十X五”时期, of a span: quantities that add up
(新建, 投入, 累计) carry the span, states (达到, 占, 率) its last year. A year in the clause itself wins: 到2025年.

# Tasks without a figure

A clause of the plan without a figure is graded: C checkable (a deed with an end and a named object: 制定…方案), P project (a
verb of progress and a named object: 加快…医院建设), V vague, with the reason. Headings and clauses that only name the means
(坚持…, 依托…) are no tasks.

# A worked example

	农民合作社达到762个，入社耕地237.5万亩、农户6.9万户，分别占耕地面积的74.5%和农户总数的79.1%。

	762个      count  parseLeft takes 达到 off                       → 农民合作社
	237.5万亩  level  no predicate                                  → 入社耕地
	6.9万户    count  the words behind the figure before            → 农户
	74.5%      share  占, no subject, 分别: the last two names, first → 入社耕地占耕地面积比重
	79.1%      share  second, with its own whole                    → 农户占农户总数比重

# Where things are

	normalise.go chapter.go sentence.go years.go            the outline
	anchor.go matters.go rhetoric.go                        targets, livelihood lists and exhortations in it
	number.go numberlist.go names.go skip.go decimal.go     figures and what only looks like one
	clause.go claim.go filter.go reference.go right.go row.go  clauses and rows of tables, and which figures claim
	indicator.go listed.go clean.go compose.go              names
	emit.go deadline.go task.go wordy.go relation.go        records
	link.go read.go record.go jsonl.go                      the reading
	lexicon.go lexicon/*.txt                                units, verbs, predicates, heads of indicators, scopes
*/
package report
