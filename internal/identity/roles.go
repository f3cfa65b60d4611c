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
	AuditRead       Permission = "audit.read"
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
		PromiseOverride, PromiseVerify, PromiseImport, PromiseRollover, DocumentUpload}},
	Leader: {may: []Permission{PromiseOverview, PromiseUnit}},
	Head:   {bound: true, may: []Permission{PromiseUnit, PromiseReport}},
	Clerk:  {bound: true, may: []Permission{PromiseUnit, PromiseReport}},

	SysAdmin:   {admin: true, may: []Permission{AccountManage, UnitManage, PackLoad, JobView}},
	SecAdmin:   {admin: true, may: []Permission{GrantManage}},
	AuditAdmin: {admin: true, may: []Permission{AuditRead}},
}

// Roles are all roles, in the order they are offered.
var Roles = []Role{Supervisor, Leader, Head, Clerk, SysAdmin, SecAdmin, AuditAdmin}

// Known reports whether there is such a role.
func (r Role) Known() bool { _, ok := posts[r]; return ok }

// Admin reports whether the role administers the program.
func (r Role) Admin() bool { return posts[r].admin }

// Bound reports whether the role is held for a unit, and not for the whole district.
func (r Role) Bound() bool { return posts[r].bound }

// May reports whether the role has a permission.
func (r Role) May(p Permission) bool { return slices.Contains(posts[r].may, p) }

// Permissions are what the role may do.
func (r Role) Permissions() []Permission { return slices.Clone(posts[r].may) }

// excludes reports whether one person may not hold both roles at a time: an administrator holds that one post (一人一职).
func (r Role) excludes(o Role) bool { return r != o && (r.Admin() || o.Admin()) }
