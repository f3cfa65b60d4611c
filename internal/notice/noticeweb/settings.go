package noticeweb

import (
	"net/http"

	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/notice"
	"huying/internal/store"
	"huying/internal/web"
)

// A page of settings has several forms. The one that was sent is drawn with what is wrong in it, the others as they are stored.
type settingsView struct {
	Form      *web.Form // of choices
	Channels  []channelView
	Groups    []groupView
	Choices   []web.Option
	Langs     []web.Option
	Calendar  notice.CalendarState
	Reachable bool // by some channel
}

type channelView struct {
	Key, Name string
	notice.Address
	Ask     *web.Form
	Confirm *web.Form
}

type groupView struct{ Key, Name string }

var langNames = map[i18n.Lang]string{i18n.ZH: "中文", i18n.EN: "English"}

func (h *pages) settings(r *web.Request) error {
	return h.drawSettings(r, http.StatusOK, func(*settingsView) {})
}

// drawSettings draws the page; change puts in the form that was sent.
func (h *pages) drawSettings(r *web.Request, status int, change func(*settingsView)) error {
	var p notice.Settings
	var where map[string]notice.Address
	var v settingsView
	err := h.DB.Read(r.Context(), func(tx *store.Tx) (err error) {
		if p, err = h.Notices.Settings(r.Context(), tx, r.Actor.ID); err != nil {
			return err
		}
		if where, err = h.Notices.Addresses(r.Context(), tx, r.Actor.ID); err != nil {
			return err
		}
		v.Calendar, err = h.Notices.CalendarState(r.Context(), tx, r.Actor.ID)
		return err
	})
	if err != nil {
		return err
	}
	v.Form = web.NewForm("lang", string(p.Lang), "quiet_from", notice.Clock(p.Quiet.From), "quiet_until", notice.Clock(p.Quiet.Until),
		"daily_at", notice.Clock(p.DailyAt))
	for _, channel := range h.Notices.Channels() {
		a := where[channel]
		v.Reachable = v.Reachable || a.Address != ""
		v.Channels = append(v.Channels, channelView{Key: channel, Name: h.Notices.ChannelName(r.Lang, channel), Address: a,
			Ask: web.NewForm(), Confirm: web.NewForm()})
		for _, g := range notice.Groups {
			v.Form.Set(channel+"-"+g, string(p.Choice(channel, g)))
		}
	}
	for _, g := range notice.Groups {
		v.Groups = append(v.Groups, groupView{g, h.Notices.GroupName(r.Lang, g)})
	}
	for _, c := range notice.Choices {
		v.Choices = append(v.Choices, web.Option{Value: string(c), Text: r.T("noticeweb.choice." + string(c))})
	}
	for _, lang := range i18n.Langs {
		v.Langs = append(v.Langs, web.Option{Value: string(lang), Text: langNames[lang]})
	}
	change(&v)
	page := web.Page{Title: r.T("noticeweb.settings"), Nav: "notices", Crumbs: []web.Crumb{{Text: r.T("noticeweb.notices"), Href: Path}}}
	return r.Render(status, page, settingsPage(v))
}

func (h *pages) saveSettings(r *web.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	p := h.readSettings(f)
	if f.OK() {
		err := h.DB.Write(r.Context(), func(tx *store.Tx) error { return h.Notices.SaveSettings(r.Context(), tx, r.Actor.ID, p) })
		if err == nil {
			r.Flash("noticeweb.saved")
			return r.Redirect("/notices/settings")
		}
		if !f.Takes(err) {
			return err
		}
	}
	return h.drawSettings(r, http.StatusUnprocessableEntity, func(v *settingsView) { v.Form = f })
}

func (h *pages) readSettings(f *web.Form) notice.Settings {
	p := notice.Settings{Lang: i18n.Lang(f.Choice("lang", string(i18n.ZH), string(i18n.EN))), Choices: map[string]map[string]notice.Choice{}}
	p.Quiet = notice.Quiet{From: minute(f, "quiet_from"), Until: minute(f, "quiet_until")}
	p.DailyAt = minute(f, "daily_at")
	for _, channel := range h.Notices.Channels() {
		p.Choices[channel] = map[string]notice.Choice{}
		for _, g := range notice.Groups {
			p.Choices[channel][g] = notice.Choice(f.Value(channel + "-" + g))
		}
	}
	return p
}

func minute(f *web.Form, name string) int {
	m, err := notice.ParseClock(f.Line(name, 10))
	if err != nil {
		f.Wrong(name, "notice.no_time")
	}
	return m
}

// askAddress sends a code to an address that a person typed.
func (h *pages) askAddress(r *web.Request) error {
	return h.onChannel(r, "address", func(channel, address string) error {
		return h.Notices.AskAddress(r.Context(), r.Actor.ID, r.Lang, channel, address)
	}, "noticeweb.code_sent", func(v *channelView, f *web.Form) { v.Ask = f })
}

func (h *pages) confirmAddress(r *web.Request) error {
	return h.onChannel(r, "code", func(channel, code string) error {
		return h.Notices.ConfirmAddress(r.Context(), r.Actor.ID, channel, code)
	}, "noticeweb.confirmed", func(v *channelView, f *web.Form) { v.Confirm = f })
}

func (h *pages) removeAddress(r *web.Request) error {
	return h.onChannel(r, "none", func(channel, _ string) error {
		return h.DB.Write(r.Context(), func(tx *store.Tx) error { return h.Notices.RemoveAddress(r.Context(), tx, r.Actor.ID, channel) })
	}, "noticeweb.removed", func(v *channelView, f *web.Form) { v.Ask = f })
}

// onChannel does something with one channel's form, whose only field is called by the channel too: a page has several of them.
func (h *pages) onChannel(r *web.Request, name string, do func(channel, value string) error, done string, put func(*channelView, *web.Form)) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	channel := f.Choice("channel", h.Notices.Channels()...)
	if channel == "" {
		return errs.New(errs.Invalid, "notice.no_channel")
	}
	field := name + "-" + channel
	value, status := f.Line(field, 300), http.StatusUnprocessableEntity
	if f.OK() {
		err := do(channel, value)
		if err == nil {
			r.Flash(done, "channel", h.Notices.ChannelName(r.Lang, channel))
			return r.Redirect("/notices/settings#" + channel)
		}
		var ok bool
		if status, ok = show(f, field, err); !ok {
			return err
		}
	}
	return h.drawSettings(r, status, func(v *settingsView) {
		for i := range v.Channels {
			if v.Channels[i].Key == channel {
				put(&v.Channels[i], f)
			}
		}
	})
}

func (h *pages) test(r *web.Request) error {
	var channels []string
	err := h.DB.Write(r.Context(), func(tx *store.Tx) (err error) {
		channels, err = h.Notices.Test(r.Context(), tx, r.Actor.ID)
		return err
	})
	if err != nil {
		return err
	}
	r.Flash("noticeweb.tested", "n", len(channels))
	return r.Redirect(Path)
}
