package service_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/auth"
	"latchkey/network/auth/vault"
	"latchkey/network/networktest"
	"latchkey/network/service"
)

// visitor is a person at the demo service, and at its forms.
type visitor struct {
	demo    *networktest.Demo
	as      networktest.Visitor
	answers []string
	forms   []auth.Form
}

func (v *visitor) OpenPage(ctx context.Context, page string) error {
	return v.demo.VisitAs(ctx, page, v.as)
}
func (v *visitor) ShowCode(auth.DeviceCode) {}
func (v *visitor) Ask(_ context.Context, form auth.Form) ([]network.Secret, error) {
	v.forms = append(v.forms, form)
	var secrets []network.Secret
	for range form.Fields {
		if len(v.answers) == 0 {
			return nil, auth.ErrDenied
		}
		secrets = append(secrets, network.NewSecret(v.answers[0]))
		v.answers = v.answers[1:]
	}
	return secrets, nil
}

// startAccountsDemo starts the demo service, and a client to sign in to it with.
func startAccountsDemo(t *testing.T, o networktest.DemoOptions) (*networktest.Demo, *network.Client, *service.Profile) {
	t.Helper()
	o.Media = fstest.MapFS{
		"catalogue.json": {Data: []byte(`{"service":"Demo","titles":[{"id":"a","title":"A","duration_s":2}]}`)},
		"a/main.m3u8":    {Data: []byte("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n0.ts\n#EXT-X-ENDLIST\n")},
		"a/0.ts":         {Data: []byte("segment")},
	}
	demo, err := networktest.NewDemo(o)
	require.NoError(t, err)
	client, err := network.NewClient(nil, network.Options{})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, client.Close())
		require.NoError(t, demo.Close())
	})
	profile, err := service.Parse(demo.Profile())
	require.NoError(t, err)
	return demo, client, profile
}

// open makes accounts that end with the test.
func open(t *testing.T, o service.AccountsOptions) *service.Accounts {
	t.Helper()
	a := service.NewAccounts(o)
	t.Cleanup(a.Close)
	return a
}

// hasKey says whether what accounts send opens the demo's key server, a refused request being renewed by source.
func hasKey(t *testing.T, demo *networktest.Demo, profile *service.Profile, a *service.Accounts, source network.CredentialSource) bool {
	t.Helper()
	client, err := network.NewClient(profile.Configuration(a.Credentials()), network.Options{Resource: demo.URL("a/main.m3u8"), Credentials: source})
	require.NoError(t, err)
	defer client.Close()
	_, _, err = client.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: demo.URL(demo.KeyPaths()[0])})
	return err == nil
}

func TestAccounts(t *testing.T) {
	demo, client, profile := startAccountsDemo(t, networktest.DemoOptions{})
	keep := new(vault.Memory)
	options := service.AccountsOptions{Profile: profile, Vault: keep, Client: client}
	a := open(t, options)
	require.NoError(t, a.Restore(t.Context()))
	assert.False(t, a.State().SignedIn)
	require.ErrorIs(t, a.SignOut(t.Context()), service.ErrNoAccount)

	require.NoError(t, a.SignIn(t.Context(), service.WayBrowser, &visitor{demo: demo}))
	assert.True(t, a.State().SignedIn)
	assert.Equal(t, networktest.Viewer, a.State().Account.Name)
	assert.True(t, hasKey(t, demo, profile, a, nil))
	require.NoError(t, a.SignIn(t.Context(), service.WayBrowser, &visitor{demo: demo, as: networktest.Visitor{Name: networktest.Guest}}))
	require.Len(t, a.List(), 2)
	assert.Equal(t, networktest.Guest, a.State().Account.Name)
	require.NoError(t, a.Switch(t.Context(), a.List()[0].ID))
	assert.Equal(t, networktest.Viewer, a.State().Account.Name)
	err := a.Switch(t.Context(), "nobody")
	require.ErrorIs(t, err, service.ErrNoAccount)
	assert.Equal(t, "this account is not known any more", err.Error())

	// The program ends and begins again.
	a.Close()
	again := open(t, options)
	require.NoError(t, again.Restore(t.Context()))
	assert.Equal(t, networktest.Viewer, again.State().Account.Name)
	assert.True(t, hasKey(t, demo, profile, again, nil))

	// A profile of the same ID that sends the sign-in elsewhere gets nothing of it.
	other, err := service.Parse([]byte(strings.ReplaceAll(string(demo.Profile()), demo.Issuer(), "https://evil.example")))
	require.NoError(t, err)
	evil := open(t, service.AccountsOptions{Profile: other, Vault: keep, Client: client})
	require.NoError(t, evil.Restore(t.Context()))
	assert.False(t, evil.State().SignedIn)
	assert.Empty(t, evil.List())

	sent := again.Credentials()
	require.NoError(t, again.SignOut(t.Context()))
	assert.False(t, again.State().SignedIn)
	assert.Zero(t, again.Credentials().CookieHeaders.Len())
	assert.Len(t, again.List(), 1)
	assert.Positive(t, demo.Counts().Revocations)
	refused, err := network.NewClient(profile.Configuration(sent), network.Options{Resource: demo.URL("a/main.m3u8")})
	require.NoError(t, err)
	defer refused.Close()
	_, _, err = refused.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: demo.URL(demo.KeyPaths()[0])})
	require.ErrorIs(t, err, network.ErrRefused, "the key server does not take what was signed out")
	require.NoError(t, again.Forget(t.Context()))
	assert.Empty(t, again.List())
}

func TestRenewal(t *testing.T) {
	demo, client, profile := startAccountsDemo(t, networktest.DemoOptions{})
	a := open(t, service.AccountsOptions{Profile: profile, Vault: new(vault.Memory), Client: client})
	require.NoError(t, a.SignIn(t.Context(), service.WayBrowser, &visitor{demo: demo}))
	old := a.Credentials()
	demo.EndAccess()
	assert.False(t, hasKey(t, demo, profile, a, nil))

	// Many who are refused at once get one renewal.
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			_, err := a.Renew(t.Context(), old.CookieHeaders)
			assert.NoError(t, err)
		})
	}
	group.Wait()
	assert.Equal(t, 1, demo.Counts().Refreshes)
	assert.True(t, hasKey(t, demo, profile, a, nil))
	demo.EndAccess()
	assert.True(t, hasKey(t, demo, profile, a, a), "by way of the network layer")
	assert.Equal(t, 2, demo.Counts().Refreshes)
	assert.Zero(t, demo.Counts().Reuses)

	// Trouble is not the end.
	remove := demo.Inject(networktest.Fault{Path: networktest.OAuthTokenPath, Effect: networktest.Status(503)})
	_, err := a.Renew(t.Context(), a.Credentials().CookieHeaders)
	require.Error(t, err)
	require.NotErrorIs(t, err, auth.ErrEnded)
	assert.False(t, a.State().Ended)
	remove()
	_, err = a.Renew(t.Context(), a.Credentials().CookieHeaders)
	require.NoError(t, err)

	// The end is.
	demo.EndSessions()
	_, err = a.Renew(t.Context(), a.Credentials().CookieHeaders)
	require.ErrorIs(t, err, auth.ErrEnded)
	assert.True(t, a.State().Ended)
	assert.NotEmpty(t, a.State().Trouble)
	require.NoError(t, a.SignIn(t.Context(), service.WayBrowser, &visitor{demo: demo}))
	assert.Empty(t, a.State().Trouble)
	assert.Len(t, a.List(), 1, "it is the same account")
}

// TestRenewalAheadOfTheEnd: with tokens of four seconds, ten seconds pass without a refused request.
func TestRenewalAheadOfTheEnd(t *testing.T) {
	demo, client, profile := startAccountsDemo(t, networktest.DemoOptions{AccessLife: 4 * time.Second})
	a := open(t, service.AccountsOptions{Profile: profile, Vault: new(vault.Memory), Client: client})
	require.NoError(t, a.SignIn(t.Context(), service.WayBrowser, &visitor{demo: demo}))
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); <-ticker.C {
		require.True(t, hasKey(t, demo, profile, a, nil))
	}
	refreshes := demo.Counts().Refreshes
	assert.GreaterOrEqual(t, refreshes, 2)
	assert.LessOrEqual(t, refreshes, 6)
	assert.Zero(t, demo.Counts().Reuses)
}

// failing is a vault that takes nothing any more.
type failing struct {
	vault.Vault

	err atomic.Pointer[error]
}

func (f *failing) Put(ctx context.Context, key string, value network.Secret) error {
	if err := f.err.Load(); err != nil {
		return *err
	}
	return f.Vault.Put(ctx, key, value)
}

func TestVaultThatIsFull(t *testing.T) {
	demo, client, profile := startAccountsDemo(t, networktest.DemoOptions{})
	full := errors.New("no space left on device")
	keep := &failing{Vault: new(vault.Memory)}
	a := open(t, service.AccountsOptions{Profile: profile, Vault: keep, Client: client})
	keep.err.Store(&full)
	require.NoError(t, a.SignIn(t.Context(), service.WayBrowser, &visitor{demo: demo}), "it is a sign-in all the same")
	assert.Contains(t, a.State().Kept, "could not be saved")
	keep.err.Store(nil)
	require.NoError(t, a.SignIn(t.Context(), service.WayBrowser, &visitor{demo: demo}))
	assert.NotContains(t, a.State().Kept, "could not be saved")
	keep.err.Store(&full)
	_, err := a.Renew(t.Context(), a.Credentials().CookieHeaders)
	require.NoError(t, err)
	assert.Contains(t, a.State().Kept, "could not be saved")
	_, err = a.Renew(t.Context(), a.Credentials().CookieHeaders)
	require.NoError(t, err, "what was rotated and not saved is still known")
	assert.True(t, hasKey(t, demo, profile, a, nil))
	assert.Zero(t, demo.Counts().Reuses)
}

func TestPassphrase(t *testing.T) {
	demo, client, profile := startAccountsDemo(t, networktest.DemoOptions{})
	folder := filepath.Join(t.TempDir(), "vault")
	options := func() service.AccountsOptions {
		return service.AccountsOptions{Profile: profile, Vault: vault.NewFile(folder), Client: client}
	}
	first := open(t, options())
	who := &visitor{demo: demo, answers: []string{"canary-phrase"}}
	require.NoError(t, first.SignIn(t.Context(), service.WayBrowser, who))
	require.Len(t, who.forms, 1)
	assert.Contains(t, who.forms[0].Title, "Choose")
	assert.Contains(t, first.State().Kept, "passphrase")

	second := open(t, options())
	require.ErrorIs(t, second.Restore(t.Context()), vault.ErrLocked)
	who = &visitor{demo: demo, answers: []string{"wrong", "canary-phrase"}}
	require.NoError(t, second.SignIn(t.Context(), service.WayBrowser, who))
	assert.NotEmpty(t, who.forms[1].Wrong)
	assert.True(t, second.State().SignedIn)
	assert.Equal(t, 1, demo.Counts().SignIns, "the passphrase was enough")

	third := open(t, options())
	require.NoError(t, third.SignIn(t.Context(), service.WayBrowser, &visitor{demo: demo, answers: []string{""}}))
	assert.Contains(t, third.State().Kept, "memory")

	token, _ := first.Credentials().CookieHeaders.Value(networktest.SessionCookie)
	require.NoError(t, filepath.WalkDir(folder, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		found := strings.Contains(string(data), "canary-phrase") || strings.Contains(string(data), token)
		assert.False(t, found, "%s has a secret in it", name)
		return err
	}))
}

// twinVariable makes the test's program renew the accounts of a vault: "FOLDER", the profile being its standard input.
const twinVariable = "LATCHKEY_TEST_ACCOUNTS"

const twinRenewals = 5

func TestMain(m *testing.M) {
	folder := os.Getenv(twinVariable)
	if folder == "" {
		os.Exit(m.Run())
	}
	if err := twin(folder); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func twin(folder string) error {
	ctx := context.Background()
	data, err := os.ReadFile(filepath.Join(folder, "profile"))
	if err != nil {
		return err
	}
	profile, err := service.Parse(data)
	if err != nil {
		return err
	}
	client, err := network.NewClient(nil, network.Options{})
	if err != nil {
		return err
	}
	keep := vault.NewFile(folder)
	if err := keep.Unlock(ctx, network.NewSecret("phrase")); err != nil {
		return err
	}
	a := service.NewAccounts(service.AccountsOptions{Profile: profile, Vault: keep, Client: client, Folder: folder})
	defer a.Close()
	if err := a.Restore(ctx); err != nil {
		return err
	}
	return renewOften(ctx, a)
}

// renewOften renews a sign-in of which each token is good until it has run out.
func renewOften(ctx context.Context, a *service.Accounts) error {
	for range twinRenewals {
		if _, err := a.Renew(ctx, a.Credentials().CookieHeaders); err != nil {
			return err
		}
		a.Judge(a.Current().Number, true)
	}
	return nil
}

// TestTwoProgramsShareASignIn: both renew it time and again, and neither uses a refresh token that the other has used.
func TestTwoProgramsShareASignIn(t *testing.T) {
	demo, client, profile := startAccountsDemo(t, networktest.DemoOptions{})
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "profile"), demo.Profile(), 0o600))
	keep := vault.NewFile(folder)
	require.NoError(t, keep.Unlock(t.Context(), network.NewSecret("phrase")))
	a := open(t, service.AccountsOptions{Profile: profile, Vault: keep, Client: client, Folder: folder})
	require.NoError(t, a.SignIn(t.Context(), service.WayBrowser, &visitor{demo: demo}))
	program, err := os.Executable()
	require.NoError(t, err)
	var twins []*exec.Cmd
	for range 2 {
		other := exec.CommandContext(t.Context(), program, "-test.run=^$")
		other.Env = append(os.Environ(), twinVariable+"="+folder)
		other.Stderr = os.Stderr
		require.NoError(t, other.Start())
		twins = append(twins, other)
	}
	require.NoError(t, renewOften(t.Context(), a))
	for _, other := range twins {
		require.NoError(t, other.Wait())
	}
	assert.Zero(t, demo.Counts().Reuses)
	assert.True(t, hasKey(t, demo, profile, a, a))
}

func TestSignOutDuringARenewal(t *testing.T) {
	demo, client, profile := startAccountsDemo(t, networktest.DemoOptions{})
	a := open(t, service.AccountsOptions{Profile: profile, Vault: new(vault.Memory), Client: client})
	require.NoError(t, a.SignIn(t.Context(), service.WayBrowser, &visitor{demo: demo}))
	demo.ResetLog()
	demo.Inject(networktest.Fault{Path: networktest.OAuthTokenPath, Effect: networktest.Hang()})
	renewed := make(chan error, 1)
	go func() {
		_, err := a.Renew(t.Context(), a.Credentials().CookieHeaders)
		renewed <- err
	}()
	_, err := demo.Wait(t.Context(), func(r networktest.Request) bool { return r.Path == networktest.OAuthTokenPath })
	require.NoError(t, err)
	require.NoError(t, a.SignOut(t.Context()))
	require.Error(t, <-renewed)
	assert.False(t, a.State().SignedIn)
	assert.Zero(t, a.Credentials().CookieHeaders.Len())
	_, err = a.Renew(t.Context(), network.Metadata{})
	require.ErrorIs(t, err, service.ErrNoAccount)
}
