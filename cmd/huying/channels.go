package main

import (
	"os"
	"strings"

	"huying/internal/app"
	"huying/internal/errs"
)

// channelFlags are the ways by which notices leave the program. Secrets come from a file or the environment, and never stand in a list of
// processes.
type channelFlags struct {
	Mail             string   `env:"HUYING_MAIL" placeholder:"URL" help:"${help_serve_mail}"`
	MailFrom         string   `env:"HUYING_MAIL_FROM" placeholder:"ADDRESS" help:"${help_serve_mail_from}"`
	MailPasswordFile string   `env:"HUYING_MAIL_PASSWORD_FILE" placeholder:"FILE" help:"${help_serve_mail_password_file}"`
	Hook             []string `env:"HUYING_HOOKS" placeholder:"NAME=URL" help:"${help_serve_hook}"`
	HookSecretFile   []string `env:"HUYING_HOOK_SECRET_FILES" placeholder:"NAME=FILE" help:"${help_serve_hook_secret_file}"`
}

// The secrets that may stand in the environment: of a hook called we-com, HUYING_HOOK_SECRET_WE_COM.
const (
	mailPasswordVariable = "HUYING_MAIL_PASSWORD"
	hookSecretVariable   = "HUYING_HOOK_SECRET_"
)

// fill sets the channels of cfg. It returns errs.Invalid for what does not hold together.
func (c *channelFlags) fill(cfg *app.Config) error {
	if c.Mail != "" {
		password, err := secret(os.Getenv(mailPasswordVariable), c.MailPasswordFile)
		if err != nil {
			return err
		}
		if err := cfg.SendMail(c.Mail, password, c.MailFrom); err != nil {
			return at("--mail", err)
		}
	}
	secrets := filesNamed(c.HookSecretFile)
	for _, line := range c.Hook {
		name, _, _ := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		value, err := secretNamed(hookSecretVariable, name, secrets[name])
		if err != nil {
			return err
		}
		if err := cfg.SendBy(line, value); err != nil {
			return at("--hook "+name, err)
		}
		delete(secrets, name)
	}
	for name := range secrets {
		return errs.New(errs.Invalid, "huying.hook_unknown", "hook", name)
	}
	if (cfg.Mail != nil || len(cfg.Hooks) > 0) && cfg.PublicURL == "" {
		return errs.New(errs.Invalid, "huying.channel_no_address")
	}
	return nil
}

// filesNamed reads lines NAME=FILE.
func filesNamed(lines []string) map[string]string {
	files := map[string]string{}
	for _, line := range lines {
		name, file, _ := strings.Cut(line, "=")
		files[strings.TrimSpace(name)] = file
	}
	return files
}

// secretNamed is the secret of a name: in a file, or in the variable of the name.
func secretNamed(variable, name, file string) (string, error) {
	return secret(os.Getenv(variable+strings.ToUpper(strings.ReplaceAll(name, "-", "_"))), file)
}
