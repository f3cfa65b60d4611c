package promise

import (
	"testing"

	"huying/internal/store"
	"huying/internal/store/storetest"
)

func TestWhatIsAKeyProject(t *testing.T) {
	for quote, want := range map[string]bool{
		"建成人行天桥和社区公园":      true,
		"启动东岸片区中学建设":       true,
		"加快旧村更新项目动工":       true,
		"完成6条新建道路工程":       true,
		"建设公共法律服务体系":       false, // a scheme
		"制定道路建设三年行动计划":     false,
		"大力实施“头雁”工程":       false, // nothing is built
		"把政治建设摆在首位":        false,
		"提高社会福利中心建设水平":     false,
		"组织开展“美食节”“嘉年华”活动": false,
	} {
		if got := isProject(Claim{Kind: Task, Quote: quote, Strength: "deliver"}); got != want {
			t.Errorf("%s: %v", quote, got)
		}
	}
	for _, c := range []Claim{{Kind: Target, Quote: "建成学校3所"}, {Kind: Task, Quote: "鼓励建设停车场", Strength: "encourage"}} {
		if isProject(c) {
			t.Errorf("%s (%s, %s) is a key project", c.Quote, c.Kind, c.Strength)
		}
	}
}

func TestHowAFigureMoves(t *testing.T) {
	for quote, x := range map[string]struct {
		claim Claim
		want  Course
	}{
		"新增停车位798个":  {Claim{Metric: "count", Unit: "个"}, Flow},
		"实现母婴室全覆盖":   {Claim{Metric: "share", Unit: "%", Value: "100", Measurability: Coverage}, Flow},
		"地区生产总值增长8%": {Claim{Metric: "growth", Unit: "%"}, Rate},
		"高企总量达550家":  {Claim{Metric: "count", Unit: "家"}, Stock},
		"失业率控制在3%以内": {Claim{Metric: "level", Unit: "%", Op: "<="}, Rate},
	} {
		x.claim.Quote = quote
		if got := proposeCourse(x.claim); got != x.want {
			t.Errorf("%s: %s, want %s", quote, got, x.want)
		}
	}
}

// The promise to invest by the rolling list is kept by what its projects have spent, and by nothing that anybody reports.
func TestInvestmentOfTheRollingListIsSummed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r, _ := open(db)
		const text = "按照重点项目三年滚动计划清单,年内投资超2亿元。建成3所小学。新建道路。"
		in := Read{Document: annexRead("rolling").Document, Claims: []ReadClaim{
			{Ref: "a", Claim: claim(Task, "投资超2亿元", 17, func(c *Claim) { counted("2", "亿元")(c); c.Sentence = Span{0, 24} })},
			{Ref: "b", Claim: claim(Task, "建成3所小学", 25, counted("3", "所"))},
			{Ref: "c", Claim: claim(Task, "新建道路", 32, nil)},
		}}
		in.Document.Text = text
		write(t, r, func(tx *store.Tx) error {
			id, err := r.Keep(ctx, tx, in, office)
			if err != nil {
				return err
			}
			if _, err := r.AcceptSure(ctx, tx, id, office); err != nil {
				return err
			}
			if _, err := r.Enter(ctx, tx, id, office); err != nil {
				return err
			}
			projects, err := r.Projects(ctx, tx, 2021)
			if err != nil || len(projects) != 2 {
				t.Fatalf("%d projects, %v", len(projects), err)
			}
			for i, spent := range []string{"9000", "500"} {
				terms := projects[i].Terms()
				terms.Invest = "12000"
				if err := r.SetTerms(ctx, tx, projects[i].ID, projects[i].Version, terms, "", office); err != nil {
					return err
				}
				for _, value := range []string{"1", spent} { // what is spent since January, not this month
					if _, err := r.Say(ctx, tx, Entry{Promise: projects[i].ID, Type: Spent, Value: value, Source: "台账"}, office); err != nil {
						return err
					}
				}
			}
			return nil
		})
		b, err := r.Board(ctx, 2021)
		if err != nil {
			t.Fatal(err)
		}
		st := b.Rows[0]
		if st.Formula == "" || st.Value != "0.95" || st.Missed != 0 {
			t.Errorf("formula %q gives %q 亿元, %d reports missed", st.Formula, st.Value, st.Missed)
		}
		if planned, spent := Investment(b.Choose(Filter{Projects: true}, nil)); planned != "24000" || spent != "9500" {
			t.Errorf("planned %s, spent %s", planned, spent)
		}
	}, Schema)
}
