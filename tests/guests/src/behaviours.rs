//! What the guest `misbehaving` can be told to do. Compiled into the guest and into the tests, so
//! that both match on the same cases: one that a test does not know does not compile.

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
        /// Puts a secret into a header of its own.
        SecretInHeader = "secret-in-header",
        /// Puts a secret where one may stand.
        SecretInAuthorization = "secret-in-authorization",
        /// Puts a secret into a form, and asks for nothing to be sealed.
        SecretInForm = "secret-in-form",
        /// Puts a secret into a form a thousand times.
        SecretManyTimes = "secret-many-times",
        /// Writes a secret's name where no secret may stand: URL, field name, header.
        NameEverywhere = "name-everywhere",
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
        /// Sets thousands of headers.
        ManyHeaders = "many-headers",
        /// Fills a form with thousands of fields.
        LargeForm = "large-form",
        /// Sends a large JSON document.
        LargeRequest = "large-request",
        /// Makes the list that the export returns, or the form of its request, as long as memory has
        /// room for.
        LongList = "long-list",
        /// Makes the headers of a request as many.
        LongHeaders = "long-headers",
        /// Asks for as many members to be sealed.
        LongSeal = "long-seal",
        /// Asks for the member that the setting `extra` points at to be sealed.
        SealMore = "seal-more",
        /// Returns a token that it made up.
        MadeUpToken = "made-up-token",
        /// Authenticates in a header of its own.
        AuthenticateElsewhere = "authenticate-elsewhere",
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
        /// Asks for ten thousand origins.
        ManyOrigins = "many-origins",
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
