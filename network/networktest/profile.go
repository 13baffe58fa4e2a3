package networktest

import (
	"bytes"
	_ "embed" // for the profile
	"text/template"
)

//go:embed demo.toml
var profileText string

var profileTemplate = template.Must(template.New("demo.toml").Parse(profileText))

// ProfileID is the demo's, as a service.
const ProfileID = "latchkey-demo"

// Profile is the demo's service profile, latchkey.service/1, with all ways to sign in.
func (d *Demo) Profile() []byte {
	var text bytes.Buffer
	err := profileTemplate.Execute(&text, map[string]string{
		"ID": ProfileID, "Name": serviceName, "Origin": d.base, "ClientID": ClientID, "Page": d.SignInURL(), "Token": d.TokenURL(),
		"Password": d.PasswordURL(), "Refresh": d.RefreshURL(), "Catalogue": d.CatalogueURL(),
		"Viewer": Viewer, "ViewerPassword": ViewerPassword, "Code": OneTimeCode,
	})
	if err != nil {
		panic(err) // a buffer takes all, and the template is a constant
	}
	return text.Bytes()
}
