//! What the guest `misbehaving` can be told to do, and which versions there are of the guest `versions`.
//! Compiled into the guests and into the tests, so that both match on the same cases: one that a test does
//! not know does not compile.

/// An enum whose cases go by names.
macro_rules! named {
    ($(#[$about:meta])* $type:ident { $($(#[$doc:meta])* $case:ident = $name:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $type { $($(#[$doc])* $case,)+ }

        impl $type {
            /// Every case.
            pub const ALL: &[Self] = &[$(Self::$case),+];

            /// The case's name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$case => $name),+ }
            }

            /// The case of that name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.name() == name)
            }
        }
    };
}

named! {
    /// What it does in a call, by the text setting `behaviour`. Any other text it repeats.
    Behaviour {
        /// Computes without end.
        Loop = "loop",
        /// Calls itself without end.
        Recurse = "recurse",
        /// Takes memory without end.
        Allocate = "allocate",
        /// Panics.
        Panic = "panic",
        /// Returns a text of as many bytes as `argument` says.
        LongAnswer = "long-answer",
        /// Counts its calls, as far as it remembers them.
        CountCalls = "count-calls",
        /// Repeats all that it was told of the settings.
        TellSettings = "tell-settings",
        /// Repeats all that it was told of an answer.
        TellAll = "tell-all",
        /// Repeats the claims that it was told of the access token.
        TellClaims = "tell-claims",
        /// Sends without end.
        ManyRequests = "many-requests",
        /// Puts a secret into a header that is none for secrets.
        SecretInHeader = "secret-in-header",
        /// Puts a secret into the header for secrets that it declares.
        SecretInKeyHeader = "secret-in-key-header",
        /// Puts a secret into `authorization`.
        SecretInAuthorization = "secret-in-authorization",
        /// Authenticates by Basic, with the texts of `extra` and the secret.
        SecretInBasic = "secret-in-basic",
        /// Puts a secret into a form.
        SecretInForm = "secret-in-form",
        /// Puts a secret into a flat JSON object.
        SecretInJson = "secret-in-json",
        /// Puts a secret into a form a thousand times.
        SecretManyTimes = "secret-many-times",
        /// Puts a secret into a form, and what stands in `extra` beside it, as a guess.
        GuessBeside = "guess-beside",
        /// Writes what stands in `extra` into a form of its own.
        GuessAlone = "guess-alone",
        /// Sends what stands in `extra` in a form, and then once more.
        GuessTwice = "guess-twice",
        /// Writes a secret's name as text into the URL.
        NameInUrl = "name-in-url",
        /// Writes it into a header.
        NameInHeader = "name-in-header",
        /// Writes it into a form's value.
        NameInForm = "name-in-form",
        /// Calls a form's field so.
        NameAsName = "name-as-name",
        /// Writes it into a JSON document.
        NameInJson = "name-in-json",
        /// Writes it in capitals.
        NameInCapitals = "name-in-capitals",
        /// Writes it percent-encoded.
        NameEncoded = "name-encoded",
        /// Writes it into a form's value in two pieces.
        NameInPieces = "name-in-pieces",
        /// Writes what stands in `extra` beside the secret, in pieces of one value.
        GuessInPieces = "guess-in-pieces",
        /// Writes a secret's name over name and value of a form's only field.
        NameAcrossPair = "name-across-pair",
        /// Writes it over the value of a field whose name is a word of OAuth, and the name of the next.
        NameAcrossFields = "name-across-fields",
        /// Writes what stands in `extra` over the fields of a form.
        GuessAcrossFields = "guess-across-fields",
        /// Puts two members of one name into a flat JSON object.
        MemberTwice = "member-twice",
        /// Names a secret that it made up.
        MadeUpSecret = "made-up-secret",
        /// Names the secret that the setting `extra` names.
        NamedSecret = "named-secret",
        /// Sets the header that the setting `extra` names.
        SetHeader = "set-header",
        /// Sets `Host`.
        SetHost = "set-host",
        /// Breaks the line in a header.
        BreakHeader = "break-header",
        /// Breaks out of a form's value.
        BreakForm = "break-form",
        /// Sets one header twice.
        HeaderTwice = "header-twice",
        /// Sets thousands of headers.
        ManyHeaders = "many-headers",
        /// Fills a form with thousands of fields.
        LargeForm = "large-form",
        /// Sends a large JSON document.
        LargeRequest = "large-request",
        /// Sends another request as the JSON body of its own.
        SmuggledRequest = "smuggled-request",
        /// Asks by GET with a form.
        GetWithForm = "get-with-form",
        /// Asks by DELETE.
        Delete = "delete",
        /// Asks by PUT.
        Put = "put",
        /// Makes the list that the export returns, or the form of its request, as long as memory has
        /// room for.
        LongList = "long-list",
        /// Makes the headers of a request as many.
        LongHeaders = "long-headers",
        /// Returns a token that it made up.
        MadeUpToken = "made-up-token",
        /// Returns a secret of the form as a token.
        SettingAsToken = "setting-as-token",
        /// Returns the access token as the refresh token too.
        SameTokens = "same-tokens",
        /// Sends the refresh token of an answer to the URL in `extra`, in the same call.
        SpreadsAnswer = "spreads-answer",
        /// Writes the redirect's parameters into the request that exchanges the code.
        TellParameters = "tell-parameters",
        /// Learns a fact.
        LearnsFact = "learns-fact",
        /// Returns tokens of another type.
        OtherTokenType = "other-token-type",
        /// Returns tokens that live for ever.
        EternalTokens = "eternal-tokens",
        /// Returns tokens that live no second.
        DeadTokens = "dead-tokens",
        /// Returns an identity of hundreds of thousands of characters.
        LongIdentity = "long-identity",
        /// Returns a fact for a field that learns none.
        WrongFact = "wrong-fact",
        /// Returns two facts for one field.
        TwoFacts = "two-facts",
        /// Returns the token's name as a fact.
        NameAsFact = "name-as-fact",
        /// Says that it was denied, whatever was answered.
        SaysDenied = "says-denied",
        /// Says that the settings are invalid, whatever was answered.
        SaysInvalid = "says-invalid",
        /// Says that the outcome is unknown, whatever was answered.
        SaysUnknown = "says-unknown",
        /// Asks to be left alone for a century.
        WaitsForever = "waits-forever",
        /// Refuses without a word.
        EmptyDiagnosis = "empty-diagnosis",
        /// Refuses with a word of hundreds of kilobytes.
        LongDiagnosis = "long-diagnosis",
        /// Repeats a secret's name to the person.
        NameInDiagnosis = "name-in-diagnosis",
        /// Authenticates in a header of its own.
        AuthenticateElsewhere = "authenticate-elsewhere",
        /// Authenticates with nothing.
        AuthenticateNothing = "authenticate-nothing",
        /// Authenticates with a secret of the form.
        AuthenticateOther = "authenticate-other",
        /// Authenticates twice.
        AuthenticateTwice = "authenticate-twice",
        /// Authenticates by a scheme that breaks the line.
        AuthenticateScheme = "authenticate-scheme",
        /// Writes the token's name into a header as well.
        AuthenticateName = "authenticate-name",
        /// Passes a test by a request that carries no secret.
        PassesWithout = "passes-without",
        /// Passes a test by a request that carries a secret of the form.
        PassesByOther = "passes-by-other",
        /// Passes a test by asking about the token.
        Introspects = "introspects",
        /// Passes a test by asking the URL in `extra` with the token.
        PassesByBearer = "passes-by-bearer",
        /// Obtains a token in a test.
        GrantInTest = "grant-in-test",
        /// Makes checks whose ids are one when they are cut.
        LongChecks = "long-checks",
        /// Fails a check by a step that there is not.
        FailsByStep = "fails-by-step",
        /// Says that it revoked after a request that carries no token.
        RevokesWithout = "revokes-without",
        /// Says that it revoked after a request that carries the token, whatever was answered.
        Revokes = "revokes",
        /// Says that it revoked after the URL in `extra` was asked with the access token and that in
        /// `argument` with the refresh token, whatever was answered.
        RevokesBoth = "revokes-both",
        /// Passes a test without having asked.
        PassesUnasked = "passes-unasked",
        /// Makes no check.
        NoCheck = "no-check",
        /// Fails a check without a reason.
        FailsUnexplained = "fails-unexplained",
        /// Makes two checks of one id.
        SameChecks = "same-checks",
        /// Revokes without having asked.
        RevokesUnasked = "revokes-unasked",
        /// Plans to connect by a refresh token.
        PlansRefresh = "plans-refresh",
        /// Plans to renew by the same way twice.
        PlansTwice = "plans-twice",
        /// Plans to renew through a person.
        PlansPerson = "plans-person",
        /// Plans to renew by twenty thousand ways.
        PlansMany = "plans-many",
        /// Plans to connect by a refresh token, as an extension grant.
        PlansAlias = "plans-alias",
        /// Plans to renew by a grant whose name is a page long.
        PlansLongName = "plans-long-name",
        /// Exchanges a code without its verifier.
        CodeWithoutVerifier = "code-without-verifier",
        /// Exchanges a code with another redirect URI.
        CodeElsewhere = "code-elsewhere",
    }
}

named! {
    /// How it describes itself.
    Description {
        /// As it should.
        Honest = "honest",
        /// Never comes to an end.
        Endless = "endless",
        /// Panics.
        Panics = "panics",
        /// Has ten thousand fields.
        ManyFields = "many-fields",
        /// Has a label of two megabytes.
        MegabyteLabel = "megabyte-label",
        /// Has a label of sixty thousand bytes.
        LongLabel = "long-label",
        /// Calls two fields the same.
        DuplicateFields = "duplicate-fields",
        /// Shows a field by one that there is not.
        UnknownCondition = "unknown-condition",
        /// Asks for an origin that is none.
        NoOrigin = "no-origin",
        /// Asks for an origin by http.
        PlainOrigin = "plain-origin",
        /// Asks for every host of a domain.
        WildcardOrigin = "wildcard-origin",
        /// Asks for one origin twice.
        OriginTwice = "origin-twice",
        /// Asks for an origin for nothing.
        OriginForNothing = "origin-for-nothing",
        /// Is called in capitals.
        CapitalId = "capital-id",
        /// Has no version.
        NoVersion = "no-version",
        /// Has no title.
        BlankTitle = "blank-title",
        /// Has a choice of nothing.
        EmptyChoice = "empty-choice",
        /// Requires a token to be typed.
        RequiredToken = "required-token",
        /// Lets a platform supply a token.
        SuppliedToken = "supplied-token",
        /// Shows an example of a secret.
        SecretExample = "secret-example",
        /// Shows two fields each where the other is filled in.
        Cycle = "cycle",
        /// Requires a field because of what stands in it.
        RequiredByItself = "required-by-itself",
        /// Needs a step while a field is filled in that there is not.
        UnknownStep = "unknown-step",
        /// Asks for a session's claim.
        SessionClaim = "session-claim",
        /// Asks for a claim twice.
        ClaimTwice = "claim-twice",
        /// Reads a member by what is no pointer.
        NoPointer = "no-pointer",
        /// Reads a token as a code.
        TokenAsCode = "token-as-code",
        /// Reads a password's presence.
        PasswordPresence = "password-presence",
        /// Reads hundreds of members.
        ManyMembers = "many-members",
        /// Reads cookies.
        CookieHeader = "cookie-header",
        /// Reads a hash of the body.
        HashHeader = "hash-header",
        /// Looks for phrases of a letter.
        ShortPhrase = "short-phrase",
        /// Reads the redirect's code.
        CodeParameter = "code-parameter",
        /// Asks for ten thousand origins.
        ManyOrigins = "many-origins",
        /// Has fields of a kind that no host knows, and fields that hold the tokens.
        OtherFields = "other-fields",
        /// Calls a field by a terminal's control characters.
        ControlledName = "controlled-name",
        /// Links to a script for its documentation.
        ScriptLink = "script-link",
        /// Says what a terminal obeys, in every text for people.
        Escapes = "escapes",
    }
}

/// Stands in the component before the name of its [`Description`], padded with dots.
pub(crate) const MARK: &str = "misbehaving describes itself: ";

/// The room for a description's name.
pub(crate) const ROOM: usize = 24;

named! {
    /// Which version of the guest `versions` it is, by a few bytes of its data: what an upgrade changes.
    Version {
        /// Works: connects by the client's credentials, renews by the refresh token.
        First = "first",
        /// Works as well, and has another digest.
        Second = "second",
        /// Requires a further field.
        RequiresRegion = "requires-region",
        /// Has no plan for any settings, and nothing to say against a field.
        RefusesInPlan = "refuses-in-plan",
        /// Builds no token request for any settings.
        RefusesInRequest = "refuses-in-request",
        /// Panics where it plans.
        TrapsInPlan = "traps-in-plan",
        /// Panics where it builds a token request.
        TrapsInRequest = "traps-in-request",
        /// Panics where it reads the answer.
        TrapsOnAnswer = "traps-on-answer",
        /// Names a way to renew twice.
        BreaksPlan = "breaks-plan",
        /// Reports a token that no answer brought.
        BreaksAnswer = "breaks-answer",
        /// Calls a grant dead before anything was sent.
        DeadUnasked = "dead-unasked",
        /// Calls whatever the service answers a dead grant.
        DeadOnAnswer = "dead-on-answer",
        /// Has nothing to renew by.
        RenewsByNothing = "renews-by-nothing",
        /// Renews by a grant that no host knows.
        RenewsByOther = "renews-by-other",
        /// Renews through a person.
        RenewsByPerson = "renews-by-person",
        /// Has no longer the fields `spare_key` and `note`.
        DropsFields = "drops-fields",
        /// Asks for one more origin.
        ReachesMore = "reaches-more",
        /// Reads one more member.
        ReadsMore = "reads-more",
        /// Is called otherwise.
        OtherId = "other-id",
        /// Reports tokens of type `mac`.
        MacTokens = "mac-tokens",
        /// Reports tokens of no type.
        UntypedTokens = "untyped-tokens",
        /// Reports tokens that live no second.
        NoLife = "no-life",
        /// Reports tokens that live for ever.
        EternalLife = "eternal-life",
        /// Makes no check.
        NoCheck = "no-check",
        /// Learns at connecting what stands in `note`, and needs it for all that follows.
        Learns = "learns",
        /// Sends by itself another request than it builds for a host.
        SendsOtherwise = "sends-otherwise",
        /// Sends by itself no request where it builds one for a host.
        SendsNone = "sends-none",
        /// Takes no answer to what it sends by itself.
        ObtainsNothing = "obtains-nothing",
        /// Refuses before anything is sent, with all that a diagnosis may say, and more.
        RefusesAtLength = "refuses-at-length",
        /// Asks to be left alone for a century, whatever the service answers.
        WaitsForever = "waits-forever",
    }
}

/// Stands in the component before the name of its [`Version`], padded with dots.
pub(crate) const VERSION_MARK: &str = "versions is of version: ";
