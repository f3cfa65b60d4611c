package identity

import "slices"

// Permission is one thing that one may do, or not.
type Permission string

// Role is a post, with what it may do.
type Role string

const (
	PromiseOverview Permission = "promise.overview" // see every unit's promises, before they are public too
	PromiseUnit     Permission = "promise.unit"     // see one's own unit's promises
	PromiseReport   Permission = "promise.report"   // enter figures and evidence
	PromiseReview   Permission = "promise.review"   // judge what the reader found in a document
	PromiseEnter    Permission = "promise.enter"    // enter promises into the register
	PromiseAssign   Permission = "promise.assign"   // set lead, joint units, deadline, nodes, measure
	PromiseAdjust   Permission = "promise.adjust"   // record that a promise was changed
	PromiseOverride Permission = "promise.override" // set a light by hand
	PromiseVerify   Permission = "promise.verify"   // strike off what is done
	PromiseImport   Permission = "promise.import"
	PromiseRollover Permission = "promise.rollover"
	DocumentUpload  Permission = "document.upload"
	AccountManage   Permission = "account.manage"
	UnitManage      Permission = "unit.manage"
	PackLoad        Permission = "pack.load"
	JobView         Permission = "job.view"
	GrantManage     Permission = "grant.manage"
	PersonErase     Permission = "person.erase" // erase a person's data for good
	AuditRead       Permission = "audit.read"
	CaseOverview    Permission = "case.overview" // see every unit's cases, except those of a closed circle
	CaseWork        Permission = "case.work"     // do in cases what their procedures give to one's role
	CaseAct         Permission = "case.act"      // act for one's unit in cases, and see what it and the units under it have a part in
)

const (
	Supervisor Role = "supervisor" // 督查
	Leader     Role = "leader"     // 区领导
	Head       Role = "head"       // 单位负责人
	Clerk      Role = "clerk"      // 经办
	SysAdmin   Role = "sysadmin"   // 系统管理员
	SecAdmin   Role = "secadmin"   // 安全管理员
	AuditAdmin Role = "auditadmin" // 审计管理员
)

// post is what a role is: whether it administers the program or does the district's business, whether it must be bound to a unit, and
// what it may do.
type post struct {
	admin bool
	bound bool
	may   []Permission
}

// posts is the whole of who may do what. The three administrators are apart (三员分立): one gives accounts, one gives powers, one reads
// the record, and none of them does business.
var posts = map[Role]post{
	Supervisor: {may: []Permission{PromiseOverview, PromiseUnit, PromiseReport, PromiseReview, PromiseEnter, PromiseAssign, PromiseAdjust,
		PromiseOverride, PromiseVerify, PromiseImport, PromiseRollover, DocumentUpload, CaseOverview, CaseWork, CaseAct}},
	Leader: {may: []Permission{PromiseOverview, PromiseUnit, CaseOverview, CaseWork, CaseAct}},
	Head:   {bound: true, may: []Permission{PromiseUnit, PromiseReport, CaseWork, CaseAct}},
	Clerk:  {bound: true, may: []Permission{PromiseUnit, PromiseReport, CaseWork, CaseAct}},

	SysAdmin:   {admin: true, may: []Permission{AccountManage, UnitManage, PackLoad, JobView}},
	SecAdmin:   {admin: true, may: []Permission{GrantManage, PersonErase}},
	AuditAdmin: {admin: true, may: []Permission{AuditRead}},
}

// field is what a role of the district is that its pack adds: a community officer, a mediator. What they may do in a case stands in its
// procedure: they act for no unit. Who is of none, such as a deputy of the people's congress, may hold one without.
var field = post{bound: true, may: []Permission{CaseWork}}

// post is what the role is.
func (r Role) post() post {
	if p, ok := posts[r]; ok {
		return p
	}
	return field
}

// Roles are the roles of the program, in the order they are offered. A district has others beside them.
var Roles = []Role{Supervisor, Leader, Head, Clerk, SysAdmin, SecAdmin, AuditAdmin}

// Builtin reports whether the role is one of the program's own.
func (r Role) Builtin() bool { _, ok := posts[r]; return ok }

// Admin reports whether the role administers the program.
func (r Role) Admin() bool { return r.post().admin }

// Bound reports whether the role is held for a unit, and not for the whole district.
func (r Role) Bound() bool { return r.post().bound }

// May reports whether the role has a permission.
func (r Role) May(p Permission) bool { return slices.Contains(r.post().may, p) }

// Permissions are what the role may do.
func (r Role) Permissions() []Permission { return slices.Clone(r.post().may) }

// excludes reports whether one person may not hold both roles at a time: an administrator holds that one post (一人一职).
func (r Role) excludes(o Role) bool { return r != o && (r.Admin() || o.Admin()) }
