//! Whatever the settings and whatever the answer: nothing panics, nothing leaks, nothing lasts.

use crate::{
    host::{self, is_code},
    support::{answer, code, regular_user, situation, web_services_user},
};
use intacct_core::{
    Answer, Authorization, AuthorizationRefusal, Blemishes, BodyKind, Diagnosis, Error, ErrorKind,
    Failure, FailureKind, Grant, HeldTokens, Member, Response, Sealed, SecretRef, Setting,
    SettingValue, Severity, Value, authenticate, authorization_refused, authorization_url,
    connecting_warning, describe, parse_revoke_answer, parse_test_answer, parse_token_response,
    plan, revoke_request, test_request, token_request, validate,
};
use proptest::prelude::*;
use std::time::Instant;

/// Stands for anything that must not come out again.
const PLANTED: &str = "not-a-real-secret-9f8e7d";

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z@| .\\-]{0,24}",
        prop::sample::select(vec![
            "regular_user",
            "web_services_user",
            "ws@ACME",
            "ws@ACME|West",
            "",
            " ",
            PLANTED,
        ])
        .prop_map(str::to_owned),
    ]
}

fn any_sealed() -> impl Strategy<Value = Sealed> {
    let claims = prop::collection::vec(
        (
            prop::sample::select(vec!["userId", "cnyId", "entityId", "exp", "iat", "x"]),
            prop_oneof![
                any_text(),
                any::<i64>().prop_map(|number| number.to_string())
            ],
        )
            .prop_map(|(name, value)| (name.to_owned(), value)),
        0..4,
    );
    ("[a-z]{1,8}", any::<u32>(), any::<[bool; 5]>(), claims).prop_map(
        |(name, length, odd, claims)| Sealed {
            secret: SecretRef::new(name),
            length,
            blemishes: Blemishes {
                surrounding_whitespace: odd[0],
                inner_whitespace: odd[1],
                control_characters: odd[2],
                non_ascii: odd[3],
                web_address: odd[4],
            },
            claims,
        },
    )
}

fn any_settings() -> impl Strategy<Value = Vec<Setting>> {
    let field = prop::sample::select(vec![
        "client_id",
        "client_secret",
        "access_token",
        "refresh_token",
        "flow_type",
        "username",
        "session_id",
        "unknown",
    ]);
    let value = prop_oneof![
        any_text().prop_map(SettingValue::Text),
        any_sealed().prop_map(SettingValue::Secret),
    ];
    let setting = (field, value).prop_map(|(field, value)| Setting {
        field: field.to_owned(),
        value,
    });
    prop_oneof![
        prop::collection::vec(setting, 0..10),
        Just(regular_user()),
        any_text().prop_map(|username| web_services_user(&username)),
    ]
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let text = prop_oneof![
        any_text(),
        prop::sample::select(vec!["invalid_grant", "GW-0011", "REST-1206", "Bearer"])
            .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    let name = prop_oneof![
        prop::sample::select(vec![
            "ia::error",
            "ia::result",
            "error",
            "details",
            "code",
            "message",
            "errorId",
            "supportId",
            "additionalInfo",
            "error_description",
            "expires_in",
            "token_type",
            "revoked",
            "access_token",
            "response",
            "errormessage",
            "errorno",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    leaf.prop_recursive(6, 60, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// What the host makes of any document.
fn any_document() -> impl Strategy<Value = (BodyKind, Vec<Member>)> {
    prop_oneof![
        any_json().prop_map(|json| host::read(&json.to_string())),
        any::<String>().prop_map(|text| host::read(&text)),
    ]
}

fn any_code() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z0-9._~:%-]{1,64}",
        prop::sample::select(vec![
            "invalid_grant",
            "GW-0011",
            "GW-0005",
            "REST-1206",
            "Bearer"
        ])
        .prop_map(str::to_owned),
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any_sealed().prop_map(Value::Secret),
        any_code().prop_map(Value::Code),
        any::<i64>().prop_map(Value::Number),
        any::<bool>().prop_map(Value::Boolean),
        Just(Value::Present),
        prop::collection::vec(any_text(), 0..3).prop_map(Value::Phrases),
        Just(Value::Unreadable),
    ]
}

/// Values that no host would give: of other kinds than declared, twice, in places that nobody asked
/// for.
fn any_members() -> impl Strategy<Value = (BodyKind, Vec<Member>)> {
    let declared = describe().members.into_iter().map(|it| it.pointer);
    let pointer = prop_oneof![
        4 => prop::sample::select(declared.collect::<Vec<_>>())
            .prop_map(|pointer| pointer.replace('*', "3")),
        1 => any::<String>(),
    ];
    let member = (pointer, any_value()).prop_map(|(pointer, value)| Member { pointer, value });
    let kind = prop::sample::select(vec![
        BodyKind::Empty,
        BodyKind::Json,
        BodyKind::Xml,
        BodyKind::Html,
        BodyKind::Other,
    ]);
    (kind, prop::collection::vec(member, 0..8))
}

fn any_response() -> impl Strategy<Value = Response> {
    let header = (
        prop_oneof![
            prop::sample::select(describe().headers).prop_map(str::to_owned),
            any::<String>(),
        ],
        prop_oneof![
            any_text(),
            any::<u64>().prop_map(|seconds| seconds.to_string()),
            Just("Sun, 06 Nov 1994 08:49:37 GMT".to_owned()),
        ],
    );
    (
        prop_oneof![
            prop::sample::select(vec![200_u16, 302, 400, 401, 403, 429, 500, 503]),
            any::<u16>(),
        ],
        prop::collection::vec(header, 0..4),
        prop_oneof![any_document(), any_members()],
    )
        .prop_map(|(status, headers, (body, members))| Response {
            status,
            headers,
            body,
            members,
        })
}

fn any_answer() -> impl Strategy<Value = Answer> {
    let kind = prop::sample::select(vec![
        FailureKind::Denied,
        FailureKind::Unresolved,
        FailureKind::Unreachable,
        FailureKind::Untrusted,
        FailureKind::Timeout,
        FailureKind::TooLarge,
        FailureKind::Interrupted,
        FailureKind::Other,
    ]);
    let failure =
        (kind, any::<bool>()).prop_map(|(kind, request_sent)| Failure { kind, request_sent });
    prop_oneof![4 => any_response().prop_map(Ok), 1 => failure.prop_map(Err)]
}

fn any_grant() -> impl Strategy<Value = Grant> {
    prop_oneof![
        Just(code()),
        Just(Grant::ClientCredentials),
        Just(Grant::RefreshToken(SecretRef::new("refresh"))),
        any::<String>().prop_map(Grant::Other),
    ]
}

/// Every text of a diagnosis that could have come from outside.
fn is_fit_to_be_shown(diagnosis: &Diagnosis) -> bool {
    is_code(&diagnosis.code) && diagnosis.support_id.as_deref().is_none_or(is_code)
}

fn is_fit(error: &Error) -> bool {
    let bounds = 1..=intacct_core::waiting::LONGEST_SECONDS;
    let wait = error.retry_after_seconds;
    is_fit_to_be_shown(&error.diagnosis)
        && wait.is_none_or(|it| error.kind == ErrorKind::Throttled && bounds.contains(&it))
}

proptest! {
    #[test]
    fn settings_never_break_anything(
        settings in any_settings(),
        grant in any_grant(),
        redirect_uri in any_text(),
        state in any::<String>(),
        code_challenge in any::<Option<String>>(),
        access in any_sealed(),
        refused in any_code(),
    ) {
        let authorization = Authorization { redirect_uri, state, code_challenge };
        let refusal = AuthorizationRefusal { error: refused };
        let tokens = HeldTokens { access: Some(access.secret.clone()), refresh: None };
        let errors = [
            plan(&settings).err(),
            authorization_url(&settings, &authorization).err(),
            Some(authorization_refused(&settings, &refusal)),
            token_request(&settings, &grant).err(),
            authenticate(&settings, &access.secret).err(),
            test_request(&settings, &access).err(),
            revoke_request(&settings, &tokens).err(),
        ];
        prop_assert!(errors.iter().flatten().all(is_fit), "{errors:?}");
        let problems = validate(&settings);
        let first = problems.iter().find(|it| it.severity == Severity::Error);
        let planned = plan(&settings).map_err(|error| (error.kind, error.diagnosis.message));
        let rejected = first.map(|problem| (ErrorKind::InvalidSettings, problem.message));
        prop_assert_eq!(planned.err(), rejected);
        prop_assert!(first.is_none() || connecting_warning(&settings).is_none());
    }

    #[test]
    fn answers_never_break_anything(
        settings in any_settings(),
        grant in any_grant(),
        access in any_sealed(),
        answer in any_answer(),
    ) {
        let tested = parse_test_answer(&settings, &access, &answer);
        let errors = [
            parse_token_response(&settings, &grant, &answer).err(),
            parse_revoke_answer(&answer).err(),
            tested.as_ref().err().cloned(),
        ];
        prop_assert!(errors.iter().flatten().all(is_fit), "{errors:?}");
        let failed = tested.iter().flatten().filter_map(|check| check.diagnosis.as_ref());
        prop_assert!(failed.into_iter().all(is_fit_to_be_shown));
    }

    #[test]
    fn no_word_of_an_answer_reaches_a_person(
        status in 200_u16..600,
        place in prop::sample::select(vec![
            "message", "error_description", "correction", "details", "additionalInfo", "other",
        ]),
    ) {
        let planted = format!("{PLANTED} {{\"a\": 1}}");
        let body = serde_json::json!({"ia::error": {"code": "XY-1", place: planted, "error": planted}});
        let answer = answer(status, &body.to_string());
        let (settings, grant) = situation("refresh");
        let error = parse_token_response(&settings, &grant, &answer).unwrap_err();
        prop_assert!(!format!("{error:?}{error}").contains(PLANTED), "{error:?}");
    }

    #[test]
    fn a_valid_life_is_believed(life in 1_i64..1 << 53) {
        let body = format!("{{\"access_token\":\"not-a-real-access\",\"expires_in\":{life}}}");
        let (settings, grant) = situation("username");
        let tokens = parse_token_response(&settings, &grant, &answer(200, &body)).unwrap();
        prop_assert_eq!(tokens.expires_in_seconds, u64::try_from(life).ok());
    }

    #[test]
    fn what_is_not_declared_changes_nothing(
        settings in any_settings(),
        grant in any_grant(),
        access in any_sealed(),
        response in any_response(),
        pointer in "(/[a-z:_]{0,12}|/[0-9]){0,4}",
        value in any_value(),
    ) {
        prop_assume!(!is_declared(&pointer));
        let mut more = response.clone();
        more.members.insert(0, Member { pointer, value });
        let (less, more) = (Ok(response), Ok(more));
        prop_assert_eq!(
            parse_token_response(&settings, &grant, &less),
            parse_token_response(&settings, &grant, &more)
        );
        prop_assert_eq!(parse_revoke_answer(&less), parse_revoke_answer(&more));
        prop_assert_eq!(
            parse_test_answer(&settings, &access, &less),
            parse_test_answer(&settings, &access, &more)
        );
    }
}

fn is_declared(pointer: &str) -> bool {
    let alike = |declared: &str| {
        let (declared, steps) = (declared.split('/'), pointer.split('/'));
        declared.clone().count() == steps.clone().count()
            && declared
                .zip(steps)
                .all(|(it, step)| it == "*" || it == step)
    };
    describe().members.iter().any(|it| alike(&it.pointer))
}

/// Every declared member, each `*` with sixteen elements: more than any service sends.
#[test]
fn the_broadest_answer_is_done_with_in_a_moment() {
    let elements = |pointer: &str| -> Vec<String> {
        let element = |index: u8| pointer.replacen('*', &index.to_string(), 1);
        if pointer.contains('*') {
            (0..16).map(element).collect()
        } else {
            vec![pointer.to_owned()]
        }
    };
    let declared = describe().members.into_iter().map(|it| it.pointer);
    let pointers = declared
        .flat_map(|it| elements(&it))
        .flat_map(|it| elements(&it));
    let members = pointers.map(|pointer| Member {
        pointer,
        value: Value::Code("XY-1".to_owned()),
    });
    let answer = Ok(Response {
        status: 400,
        headers: Vec::new(),
        body: BodyKind::Json,
        members: members.collect(),
    });
    let (settings, grant) = situation("refresh");
    let begun = Instant::now();
    assert!(parse_token_response(&settings, &grant, &answer).is_err());
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}
