// Package promise keeps the register (台账): what the district promised, in whose words, who owes it, by when, and where it stands.
//
// A document (a work report, a meeting's decisions, an instruction, an assignment from above) is kept as it came. The claims that
// were read from it are its records; a reviewer accepts, edits or rejects each beside its sentence. Entering turns accepted records
// into numbered promises. From then on everything that is said about a promise (a figure, a finished node, a proof, an adjustment, an
// override) is an entry: appended, signed with author and time, never changed; a correction is a new entry that names the old one.
//
// Where a promise stands is never stored. Board folds the entries of a year and computes each promise's status, plan, progress and
// light for a given day, with the reasons; every list, count and picture is drawn from it. A year holds hundreds of promises, so the
// whole of it fits in memory many times over.
package promise
