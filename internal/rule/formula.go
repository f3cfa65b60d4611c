// Package rule evaluates what a pack's author writes: formulas in the Common Expression Language. A formula is checked and typed
// before it is used, cannot loop, and stops at a cost limit.
package rule

import (
	"embed"
	"errors"
	"fmt"
	"math"
	"sort"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"huying/internal/errs"
)

// Locales are this package's messages.
//
//go:embed locales/*.json
var Locales embed.FS

const (
	maxSource = 2000    // characters of a formula
	maxCost   = 100_000 // units of CEL's cost model; a sum over a few hundred figures costs some thousands
)

// Formula is a checked formula that yields a number. It is safe for use by several goroutines.
type Formula struct {
	Source  string
	program cel.Program
	ast     *ast.AST
}

// Compile checks source, in which each name of tables is a map from text to number (latest["2021-031"]). Its errors are errs.Invalid with
// the column of the fault.
func Compile(source string, tables ...string) (*Formula, error) {
	if len(source) > maxSource {
		return nil, errs.New(errs.Invalid, "rule.too_long", "limit", maxSource)
	}
	opts := []cel.EnvOption{cel.CrossTypeNumericComparisons(true)}
	for _, t := range tables {
		opts = append(opts, cel.Variable(t, cel.MapType(cel.StringType, cel.DoubleType)))
	}
	env, err := cel.NewEnv(opts...)
	if err != nil {
		return nil, err
	}
	checked, iss := env.Compile(source)
	if iss.Err() != nil {
		first := iss.Errors()[0]
		return nil, errs.Wrap(iss.Err(), errs.Invalid, "rule.invalid", "why", first.Message, "column", first.Location.Column()+1)
	}
	if out := checked.OutputType(); !out.IsExactType(types.DoubleType) && !out.IsExactType(types.IntType) {
		return nil, errs.New(errs.Invalid, "rule.not_a_number", "type", out.String())
	}
	program, err := env.Program(checked, cel.CostLimit(maxCost))
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "rule.invalid", "why", err.Error(), "column", 1)
	}
	return &Formula{Source: source, program: program, ast: checked.NativeRep()}, nil
}

// ErrMissing is what Eval returns when a table has no such entry yet: there is no figure, which is no fault of the formula.
var ErrMissing = errors.New("rule: no figure yet")

// Eval returns the formula's number over the tables' values.
func (f *Formula) Eval(tables map[string]map[string]float64) (float64, error) {
	vars := make(map[string]any, len(tables))
	for name, t := range tables {
		vars[name] = t
	}
	out, _, err := f.program.Eval(vars)
	if err != nil {
		if strings.Contains(err.Error(), "no such key") {
			return 0, ErrMissing
		}
		return 0, errs.Wrap(err, errs.Invalid, "rule.failed", "why", err.Error())
	}
	var n float64
	switch v := out.Value().(type) {
	case float64:
		n = v
	case int64:
		n = float64(v)
	default:
		return 0, fmt.Errorf("rule: a number became %T", v)
	}
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return 0, errs.New(errs.Invalid, "rule.failed", "why", "division by zero")
	}
	return n, nil
}

// Keys returns the constant keys by which the formula asks its tables, sorted: what it depends on.
func (f *Formula) Keys() []string {
	seen := map[string]bool{}
	ast.PostOrderVisit(f.ast.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != operators.Index {
			return
		}
		if key := e.AsCall().Args()[1]; key.Kind() == ast.LiteralKind {
			if s, ok := key.AsLiteral().Value().(string); ok {
				seen[s] = true
			}
		}
	}))
	keys := make([]string, 0, len(seen))
	for k := range seen {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
