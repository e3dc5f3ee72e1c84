//! Whatever the settings and whatever the answer: nothing panics, nothing leaks, nothing lasts.

use crate::support::{code, regular_user, response, situation, web_services_user};
use intacct_core::{
    Answer, Authorization, AuthorizationRefusal, Blemishes, Diagnosis, Error, Failure, FailureKind,
    Grant, Response, ResponseBody, Sealed, SealedMember, SecretRef, Setting, SettingValue,
    Severity, Withheld, authenticate, authorization_refused, authorization_url,
    parse_revoke_answer, parse_test_answer, parse_token_response, plan, revoke_request,
    test_request, token_request, validate,
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
    ("[a-z]{1,8}", any::<u32>(), any::<[bool; 4]>(), claims).prop_map(
        |(name, length, odd, claims)| Sealed {
            secret: SecretRef::new(name),
            length,
            blemishes: Blemishes {
                surrounding_whitespace: odd[0],
                inner_whitespace: odd[1],
                control_characters: odd[2],
                non_ascii: odd[3],
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

fn any_body() -> impl Strategy<Value = ResponseBody> {
    prop_oneof![
        Just(ResponseBody::Empty),
        any_json().prop_map(|json| ResponseBody::Json(json.to_string())),
        any::<String>().prop_map(ResponseBody::Json),
        (any::<Option<String>>(), any::<u64>()).prop_map(|(content_type, length)| {
            ResponseBody::Withheld(Withheld {
                content_type,
                length,
            })
        }),
    ]
}

fn any_response() -> impl Strategy<Value = Response> {
    let header = (
        prop_oneof![
            prop::sample::select(vec![
                "date",
                "retry-after",
                "x-ia-a-retry-after",
                "x-ia-retryafter"
            ])
            .prop_map(str::to_owned),
            any::<String>(),
        ],
        prop_oneof![
            any_text(),
            any::<u64>().prop_map(|seconds| seconds.to_string()),
            Just("Sun, 06 Nov 1994 08:49:37 GMT".to_owned()),
        ],
    );
    let pointer = prop_oneof![
        prop::sample::select(vec!["/access_token", "/refresh_token"]).prop_map(str::to_owned),
        any::<String>(),
    ];
    let member =
        (pointer, any_sealed()).prop_map(|(pointer, value)| SealedMember { pointer, value });
    (
        prop_oneof![
            prop::sample::select(vec![200_u16, 302, 400, 401, 403, 429, 500, 503]),
            any::<u16>(),
        ],
        prop::collection::vec(header, 0..4),
        any_body(),
        prop::collection::vec(member, 0..4),
    )
        .prop_map(|(status, headers, body, sealed)| Response {
            status,
            headers,
            body,
            sealed,
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
    let failure = (kind, any::<bool>()).prop_map(|(kind, request_sent)| Failure {
        kind,
        message: "in the host's words".to_owned(),
        request_sent,
    });
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
    let plain = |text: &str| {
        text.len() <= 96
            && text
                .bytes()
                .all(|it| it.is_ascii_graphic() && !b"{}[]\"<>".contains(&it))
    };
    plain(&diagnosis.code) && diagnosis.support_id.as_deref().is_none_or(plain)
}

fn is_fit(error: &Error) -> bool {
    match error {
        Error::InvalidSettings(problems) => {
            !problems.is_empty() && problems.iter().all(|it| it.severity == Severity::Error)
        }
        Error::Denied(words) => words == "in the host's words",
        Error::Other(words) => !words.contains(PLANTED),
        _ => error.diagnosis().is_some_and(is_fit_to_be_shown),
    }
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
    ) {
        let authorization = Authorization { redirect_uri, state, code_challenge };
        let refusal = AuthorizationRefusal {
            error: authorization.state.clone(),
            description: Some(PLANTED.to_owned()),
        };
        let errors = [
            plan(&settings).err(),
            authorization_url(&settings, &authorization).err(),
            Some(authorization_refused(&settings, &refusal)),
            token_request(&settings, &grant).err(),
            authenticate(&settings, &access.secret).err(),
            test_request(&settings, &access).err(),
            revoke_request(&settings, &access.secret).err(),
        ];
        prop_assert!(errors.iter().flatten().all(is_fit), "{errors:?}");
        let rejected = validate(&settings).iter().any(|it| it.severity == Severity::Error);
        prop_assert_eq!(plan(&settings).is_err(), rejected);
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
        let answer = Ok(response(status, ResponseBody::Json(body.to_string())));
        let (settings, grant) = situation("refresh");
        let error = parse_token_response(&settings, &grant, &answer).unwrap_err();
        prop_assert!(!format!("{error:?}{error}").contains(PLANTED), "{error:?}");
    }

    #[test]
    fn a_valid_life_is_believed_and_bounded(life in 1_u64..) {
        let body = format!("{{\"token_type\":\"Bearer\",\"expires_in\":{life}}}");
        let answer = crate::support::tokens(&body, Some(crate::support::sealed("access")), None);
        let (settings, grant) = situation("username");
        let tokens = parse_token_response(&settings, &grant, &Ok(answer)).unwrap();
        prop_assert_eq!(tokens.expires_in_seconds, Some(life.min(intacct_core::LONGEST_LIFE_SECONDS)));
    }
}

/// Bodies of some megabytes that a careless reader would be slow on, or fall over.
#[test]
fn large_bodies_are_done_with_in_a_moment() {
    let million = 1_000_000;
    let bodies = [
        "[".repeat(million),
        "{\"a\":".repeat(million),
        format!("[{}1]", "1,".repeat(million)),
        format!(
            "{{\"ia::error\":{{\"details\":[{}{{}}]}}}}",
            "{\"code\":\"x\"},".repeat(100_000)
        ),
        format!("{{\"error\":\"{}\"}}", "a".repeat(million)),
        format!("{{\"error\":\"{}\"}}", "\\u0041".repeat(million)),
        format!("{{\"expires_in\":{}}}", "9".repeat(million)),
        format!("{{{}\"error\":1}}", "\"a\":1,".repeat(million)),
        "\"".repeat(million),
    ];
    let (settings, grant) = situation("refresh");
    let begun = Instant::now();
    for body in bodies {
        for status in [200, 400] {
            let answer = Ok(response(status, ResponseBody::Json(body.clone())));
            assert!(parse_token_response(&settings, &grant, &answer).is_err());
        }
    }
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}
