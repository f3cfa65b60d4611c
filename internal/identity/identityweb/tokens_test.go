package identityweb_test

import (
	"net/http"
	"regexp"
	"testing"

	"huying/internal/identity"
)

var tokenText = regexp.MustCompile(`hy_[A-Z2-7]{26}`)

func TestAPersonMakesAndRevokesTheirTokens(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.add("wang.li", "王丽", identity.Clerk)
		s.add("li.na", "李娜", identity.Clerk)
		b, other := s.signedIn("wang.li"), s.signedIn("li.na")
		b.get("/account").is(200).has(`href="/account/tokens"`)
		b.get("/account/tokens").is(200).has("查看事项", `value="90" selected`)
		b.post("/account/tokens", "name", "", "days", "30").is(422).has("请给令牌起一个名称", "请至少选一种用途")
		b.post("/account/tokens", "name", "平台", "scope", "cases:read", "days", "400").is(422).has("请从列出的选项中选择")
		b.post("/account/tokens", "name", "平台", "scope", "cases:read").is(422).has("有效期为 1 至 366 天")
		made := b.post("/account/tokens", "name", "12345 <平台>", "scope", "cases:read", "scope", "exchange", "scope", "all", "days", "30").is(200)
		text := tokenText.FindString(made.body)
		if text == "" {
			t.Fatal("the token is not shown")
		}
		made.has("12345 &lt;平台&gt;")
		b.get("/account/tokens").has("12345 &lt;平台&gt;", "hy_…"+text[len(text)-4:], "cases:read, exchange").lacks(text)
		other.get("/account/tokens").is(200).lacks("12345")
		if a, scopes, err := s.ids.Tokens().Actor(ctx, text); err != nil || a.Login != "wang.li" || len(scopes) != 2 {
			t.Errorf("%+v %v %v", a, scopes, err)
		}
		other.post("/account/tokens/1/revoke").leadsTo("/account/tokens")
		if _, _, err := s.ids.Tokens().Actor(ctx, text); err != nil {
			t.Errorf("somebody else revoked it: %v", err)
		}
		b.post("/account/tokens/1/revoke").leadsTo("/account/tokens")
		b.get("/account/tokens").has("令牌已停用。").lacks("hy_…" + text[len(text)-4:])
		if _, _, err := s.ids.Tokens().Actor(ctx, text); err == nil {
			t.Error("it still opens")
		}
		b.post("/account/tokens/x/revoke").is(http.StatusNotFound)
		s.add("auditor", "审计", identity.AuditAdmin)
		s.signedIn("auditor").get("/audit").has("新建令牌", "停用令牌").lacks(text)
	})
}
