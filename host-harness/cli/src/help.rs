//! The examples under each command's `--help`.

/// Where the browser comes back to, unless said otherwise. The port is fixed, since a service
/// compares the whole address with the registered one.
pub(crate) const REDIRECT_URI: &str = "https://127.0.0.1:8765/callback";

/// Where the credential page listens, unless said otherwise.
pub(crate) const PAGE_ADDRESS: &str = "127.0.0.1:8090";

pub(crate) const SERVE: &str = "\
Examples:
  harness serve --mock --open                       try it without an account
  harness serve --open
  harness serve --link                              another link to the page that runs
  harness serve --store postgres://app@db.example.com/harness --tenant acme
  harness serve --listen 0.0.0.0:8090 --origin https://connect.example.com \\
      --redirect-uri https://connect.example.com/callback
  harness serve --origin https://connect.example.com/intacct \\
      --redirect-uri https://connect.example.com/intacct/callback   behind a proxy, under a path

The page opens with the link that is printed, by the button that it shows, once, in one browser;
whoever has the link can look after the tenant's credentials, so keep it to yourself. Credentials that
become due are renewed while it runs. On the way back from the service the browser comes to https on
127.0.0.1; its certificate is made here, so the browser warns once, unless --certificate names one that
it knows.";

pub(crate) const COMMAND: &str = "\
Examples:
  harness describe --template > credential.toml     a credential file to fill in
  harness mock                                      a mock Intacct, in another terminal
  harness connect credential.toml --mock http://127.0.0.1:8080
  harness credentials add credential.toml           keeps it; then `harness credentials connect`

Exit codes:
  0  it worked
  1  the service or the person asked said no; the message says who has to act
  2  the command line is not understood
  3  the credential file, the source of a secret or a field is wrong
  4  the policy cannot be read, or does not allow it
  5  the plugin cannot be loaded, or failed
  6  the service cannot be reached or asks to wait; the credential is healthy
  7  something on this machine is in the way, such as a port in use
  129  ended by SIGHUP, after what was begun at the service was brought to its end
  130  the same by SIGINT (Ctrl-C)
  131  the same by SIGQUIT
  143  the same by SIGTERM

Data goes to stdout, talk to stderr. HARNESS_LOG=info logs as -v does.";

pub(crate) const DESCRIBE: &str = "\
Examples:
  harness describe
  harness describe --template > credential.toml
  harness describe --plugin other.wasm --json";

pub(crate) const VALIDATE: &str = "\
Examples:
  harness validate credential.toml
  INTACCT_CLIENT_SECRET=… harness validate credential.toml --json

A credential file:
  name = \"Production\"
  [settings]
  client_id = \"0123456789abcdef0123.app.sage.com\"
  client_secret = { env = \"INTACCT_CLIENT_SECRET\" }   # or { file = \"path\" }, { prompt = true }
  flow_type = \"web_services_user\"
  username = \"ws-reader@ACME\"

A secret never stands in it in clear. The file of a secret must be its owner's alone
(chmod 600); one line break at its end is no part of the secret.";

pub(crate) const AUTHORIZE_URL: &str = "\
Examples:
  harness authorize-url credential.toml
  harness authorize-url credential.toml --redirect-uri https://app.example.com/callback

The state and the code challenge in the address belong to this one run, which ends at once: the
code that a sign-in at this address gives cannot be exchanged. To connect, use `harness connect`.";

pub(crate) const CONNECT: &str = "\
Examples:
  harness connect credential.toml
  harness connect credential.toml --mock http://127.0.0.1:8080
  harness connect credential.toml --no-browser --wait 600
  harness connect credential.toml --paste --redirect-uri https://app.example.com/callback

Where a person has to sign in, the browser comes back to an https listener on 127.0.0.1. Its
certificate is made for this one sign-in, so the browser warns: go on, or copy the address from
the address bar and paste it into the terminal. The tokens are shown masked, and not kept.";

pub(crate) const CREDENTIALS: &str = "\
Examples:
  harness credentials                               the list
  harness credentials add credential.toml
  harness credentials connect Production
  harness credentials status Production
  harness credentials edit Production --prompt client_secret
  harness credentials --check                       those that need somebody; exit code 1 if any
  harness credentials --store postgres://app@db.example.com/harness

The first use makes the store, and beside it the key that it is encrypted with. Keep a copy of that
key apart from the store: without it, what is stored cannot be read.";

pub(crate) const RENEW: &str = "\
Examples:
  harness renew Production                          now, however fresh it is
  harness renew                                     all that are due
  harness renew --watch                             until Ctrl-C; run it as a service

Any number of these may run on one store: a credential is renewed by one of them at a time.";

pub(crate) const TOKEN: &str = "\
Examples:
  harness token Production                          masked, and how long it lasts
  TOKEN=$(harness token Production --show)

A token that is due is renewed first.";

pub(crate) const REQUEST: &str = "\
Examples:
  harness request Production GET '/ia/api/v1/objects/company-config/user?size=10'
  harness request Production POST /ia/api/v1/services/core/query --body query.json
  harness request Production GET /ia/api/v1/objects/general-ledger/account \\
      --header 'X-IA-API-Param-Entity: 100'

The answer goes to stdout as it came, its status to stderr. The exit code is 0 for a status below
400, 6 for 429 and 5xx, else 1. A token that the service no longer takes is renewed, and the request
made once more. No redirect is followed.";

pub(crate) const KEY: &str = "\
Examples:
  harness key status
  harness key rotate                                one machine, the key in a file
  harness key create master.key                     for a first store on several machines
  harness key add --key-file master.key             several machines: add, copy the file, rotate

A file holds one key on each line, 32 random bytes in base64, the one in use first. It has to be its
owner's alone (chmod 600). HARNESS_MASTER_KEY holds the same, with blanks instead of line breaks.";

pub(crate) const INSPECT: &str = "\
Examples:
  harness inspect
  harness inspect other.wasm
  harness inspect --write sage-intacct-rest.wasm";

pub(crate) const PROVE: &str = "\
Examples:
  harness prove
  harness prove other.wasm
  harness prove --plugin other.wasm --json

Every export is called, many times, with secrets made up for this run, against a server of this
command's own: nothing leaves the machine. Of a policy, the limits alone count. Exit code 0 means that no secret
was found and that the search found the control.";

pub(crate) const POLICY: &str = "\
Examples:
  harness policy example > ~/.config/credential-harness/policy.toml
  harness policy check policy.toml
  harness policy check                              the one in force
  harness policy check --plugin other.wasm          what that plugin may not be told";

pub(crate) const MOCK: &str = "\
Examples:
  harness mock
  harness mock --port 0 --json
  harness mock --print-company > company.toml
  harness mock --company company.toml

It ends on Ctrl-C.";

pub(crate) const COMPLETIONS: &str = "\
Examples:
  harness completions bash > ~/.local/share/bash-completion/completions/harness
  harness completions zsh > ~/.zfunc/_harness
  harness completions fish > ~/.config/fish/completions/harness.fish";
