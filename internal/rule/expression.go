package rule

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"huying/internal/errs"
)

// Result is what an expression yields.
type Result uint8

const (
	Bool   Result = iota // true or false
	Number               // an integer or a fraction
	Value                // anything that JSON can hold
)

// Language is the names that expressions of one place may use.
type Language struct {
	env   *cel.Env
	maps  []string
	names []string // of the maps and of the lists
}

// NewLanguage returns a language in which each of maps is a map from text to anything (form.amount) and each of lists a list. Beside what
// CEL brings it has sum(list), the sum of the numbers of a list.
func NewLanguage(maps, lists []string) (*Language, error) {
	opts := []cel.EnvOption{cel.CrossTypeNumericComparisons(true), cel.Function("sum",
		cel.Overload("sum_list", []*cel.Type{cel.ListType(cel.DynType)}, cel.DynType, cel.UnaryBinding(sum)))}
	for _, m := range maps {
		opts = append(opts, cel.Variable(m, cel.MapType(cel.StringType, cel.DynType)))
	}
	for _, l := range lists {
		opts = append(opts, cel.Variable(l, cel.ListType(cel.DynType)))
	}
	env, err := cel.NewEnv(opts...)
	return &Language{env: env, maps: maps, names: slices.Concat(maps, lists)}, err
}

// sum adds whole numbers as such, so that money stays exact; one fraction makes the sum a fraction.
func sum(list ref.Val) ref.Val {
	it := list.(traits.Lister).Iterator()
	var whole int64
	var parts float64
	fraction := false
	for it.HasNext() == types.True {
		switch n := it.Next().Value().(type) {
		case int64:
			if whole > 0 && n > math.MaxInt64-whole || whole < 0 && n < math.MinInt64-whole {
				return types.NewErr("sum: too large")
			}
			whole += n
		case float64:
			parts += n
			fraction = true
		default:
			return types.NewErr("sum: %T is no number", n)
		}
	}
	if fraction {
		return types.Double(parts + float64(whole))
	}
	return types.Int(whole)
}

// Expression is a checked expression. It is safe for use by several goroutines.
type Expression struct {
	Source  string
	want    Result
	program cel.Program
	ast     *ast.AST
	names   []string // of the language
}

// Compile checks source. Its errors are errs.Invalid with the column of the fault.
func (l *Language) Compile(source string, want Result) (*Expression, error) {
	if len(source) > maxSource {
		return nil, errs.New(errs.Invalid, "rule.too_long", "limit", maxSource)
	}
	checked, iss := l.env.Compile(source)
	if iss.Err() != nil {
		first := iss.Errors()[0]
		return nil, errs.Wrap(iss.Err(), errs.Invalid, "rule.expression_invalid", "why", first.Message, "column", first.Location.Column()+1)
	}
	if !want.fits(checked.OutputType()) {
		return nil, errs.New(errs.Invalid, "rule.not_"+want.name(), "type", checked.OutputType().String())
	}
	program, err := l.env.Program(checked, cel.CostLimit(maxCost))
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "rule.expression_invalid", "why", err.Error(), "column", 1)
	}
	return &Expression{Source: source, want: want, program: program, ast: checked.NativeRep(), names: l.names}, nil
}

func (r Result) name() string { return [...]string{"a_condition", "a_number", "a_value"}[r] }

func (r Result) fits(t *types.Type) bool {
	dyn := t.IsExactType(types.DynType)
	switch r {
	case Bool:
		return dyn || t.IsExactType(types.BoolType)
	case Number:
		return dyn || t.IsExactType(types.IntType) || t.IsExactType(types.DoubleType)
	}
	return true
}

// Eval returns what the expression yields: a bool, an int64 or a float64, or, of a Value, a string, a list or a map too. It returns
// ErrMissing when it asks for a field that is not filled in, and errs.Invalid when it fails otherwise or costs too much.
func (e *Expression) Eval(vars map[string]any) (any, error) {
	out, _, err := e.program.Eval(vars)
	if err != nil {
		if strings.Contains(err.Error(), "no such key") {
			return nil, ErrMissing
		}
		return nil, errs.Wrap(err, errs.Invalid, "rule.expression_failed", "why", err.Error())
	}
	v := plain(out)
	switch n := v.(type) {
	case bool:
		if e.want == Bool || e.want == Value {
			return v, nil
		}
	case int64:
		if e.want != Bool {
			return v, nil
		}
	case float64:
		if math.IsNaN(n) || math.IsInf(n, 0) {
			return nil, errs.New(errs.Invalid, "rule.expression_failed", "why", "division by zero")
		}
		if e.want != Bool {
			return v, nil
		}
	default:
		if e.want == Value {
			return v, nil
		}
	}
	return nil, errs.New(errs.Invalid, "rule.not_"+e.want.name(), "type", fmt.Sprintf("%T", v))
}

// Holds evaluates a condition. One that asks for a field that is not filled in does not hold.
func (e *Expression) Holds(vars map[string]any) (bool, error) {
	v, err := e.Eval(vars)
	if errors.Is(err, ErrMissing) {
		return false, nil
	}
	b, _ := v.(bool)
	return b, err
}

// plain turns CEL's values into Go's.
func plain(v ref.Val) any {
	switch v := v.(type) {
	case traits.Mapper:
		m := map[string]any{}
		for it := v.Iterator(); it.HasNext() == types.True; {
			k := it.Next()
			m[fmt.Sprint(k.Value())] = plain(v.Get(k))
		}
		return m
	case traits.Lister:
		var l []any
		for it := v.Iterator(); it.HasNext() == types.True; {
			l = append(l, plain(it.Next()))
		}
		return l
	case types.Null:
		return nil
	}
	return v.Value()
}

// Asks returns the fields that the expression reads of the map called name (form.amount, form["amount"]), or asks whether they are there
// (has(form.amount)), each once, in order of their names.
func (e *Expression) Asks(name string) []string {
	read, tested := e.fields(name)
	return inOrder(append(read, tested...))
}

// Needs returns the fields that the expression reads of the map called name without asking anywhere whether they are there: where one of
// them is not, Eval returns ErrMissing.
func (e *Expression) Needs(name string) []string {
	read, tested := e.fields(name)
	return inOrder(slices.DeleteFunc(read, func(f string) bool { return slices.Contains(tested, f) }))
}

// Copies reports whether the expression is a field of the map called name as it stands (input.date), and nothing else.
func (e *Expression) Copies(name string) bool {
	x := e.ast.Expr()
	return x.Kind() == ast.SelectKind && !x.AsSelect().IsTestOnly() && isNamed(x.AsSelect().Operand(), name)
}

// Constant returns what the expression always yields; false when that depends on a name, or when it yields nothing.
func (e *Expression) Constant() (any, bool) {
	names := false
	ast.PostOrderVisit(e.ast.Expr(), ast.NewExprVisitor(func(x ast.Expr) { names = names || x.Kind() == ast.IdentKind }))
	if names {
		return nil, false
	}
	v, err := e.Eval(map[string]any{})
	return v, err == nil
}

// Rows returns the fields that the expression reads of what it takes from lists (c.amount in callers.map(c, c.amount)), each once, in order
// of their names.
func (e *Expression) Rows() []string {
	var fields []string
	ast.PostOrderVisit(e.ast.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		if x.Kind() != ast.SelectKind || x.AsSelect().Operand().Kind() != ast.IdentKind {
			return
		}
		if of := x.AsSelect().Operand().AsIdent(); !slices.Contains(e.names, of) {
			fields = append(fields, x.AsSelect().FieldName())
		}
	}))
	return inOrder(fields)
}

// fields are those of the map called name that are read, and those of which it is asked whether they are there.
func (e *Expression) fields(name string) (read, tested []string) {
	ast.PostOrderVisit(e.ast.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		switch {
		case x.Kind() == ast.SelectKind && isNamed(x.AsSelect().Operand(), name):
			if s := x.AsSelect(); s.IsTestOnly() {
				tested = append(tested, s.FieldName())
			} else {
				read = append(read, s.FieldName())
			}
		case x.Kind() == ast.CallKind && x.AsCall().FunctionName() == operators.Index && isNamed(x.AsCall().Args()[0], name):
			if key := x.AsCall().Args()[1]; key.Kind() == ast.LiteralKind {
				read = append(read, fmt.Sprint(key.AsLiteral().Value()))
			}
		}
	}))
	return read, tested
}

func inOrder(fields []string) []string {
	slices.Sort(fields)
	return slices.Compact(fields)
}

func isNamed(x ast.Expr, name string) bool { return x.Kind() == ast.IdentKind && x.AsIdent() == name }
