//! The form and the setup guide.

use intacct_core::{FieldKind, Purposes, Reading, Requirement, describe, refusal};

/// Field by field: id, label, kind, requirement, shown when, whether the platform may fill it in.
const FORM: [(&str, &str, &str, &str, &str, bool); 7] = [
    ("client_id", "Client ID", "text", "required", "", true),
    (
        "client_secret",
        "Client Secret",
        "secret",
        "required",
        "",
        true,
    ),
    (
        "access_token",
        "Access Token",
        "access token",
        "",
        "",
        false,
    ),
    (
        "refresh_token",
        "Refresh Token",
        "refresh token",
        "",
        "",
        false,
    ),
    (
        "flow_type",
        "Flow Type",
        "regular_user web_services_user",
        "required",
        "",
        false,
    ),
    (
        "username",
        "Username",
        "text",
        "required when flow_type=web_services_user",
        "flow_type=web_services_user",
        false,
    ),
    ("session_id", "Session ID", "secret", "", "", false),
];

#[test]
fn the_form_is_the_products_own_in_its_order() {
    let fields = describe().fields.iter().map(|field| {
        let kind = match field.kind {
            FieldKind::Text => "text".to_owned(),
            FieldKind::Secret => "secret".to_owned(),
            FieldKind::AccessToken => "access token".to_owned(),
            FieldKind::RefreshToken => "refresh token".to_owned(),
            FieldKind::Choice(of) => of.iter().map(|it| it.id).collect::<Vec<_>>().join(" "),
        };
        let requirement = match field.requirement {
            Requirement::Required => "required".to_owned(),
            Requirement::RequiredWhen(it) => format!("required when {}={}", it.field, it.equals),
            Requirement::Optional => String::new(),
        };
        let shown = field
            .shown_when
            .map(|it| format!("{}={}", it.field, it.equals));
        let shown = shown.unwrap_or_default();
        (
            field.id,
            field.label,
            kind,
            requirement,
            shown,
            field.platform_may_supply,
        )
    });
    let expected = FORM.map(|(id, label, kind, requirement, shown, platform)| {
        (
            id,
            label,
            kind.to_owned(),
            requirement.to_owned(),
            shown.to_owned(),
            platform,
        )
    });
    assert_eq!(fields.collect::<Vec<_>>(), expected);
}

#[test]
fn every_field_has_help_and_every_text_field_an_example() {
    for field in describe().fields {
        assert!(field.help.ends_with('.'), "{}", field.id);
        assert_eq!(
            field.example.is_some(),
            field.kind == FieldKind::Text,
            "{}",
            field.id
        );
    }
}

#[test]
fn the_form_says_that_the_platform_may_fill_in_the_application() {
    let supplied = describe()
        .fields
        .iter()
        .filter(|field| field.platform_may_supply);
    for field in supplied {
        assert!(field.help.contains("Sage Data Flows"), "{}", field.id);
    }
}

#[test]
fn conditions_name_a_choice_of_the_form() {
    let fields = describe().fields;
    let conditions = fields.iter().flat_map(|field| {
        let required = match field.requirement {
            Requirement::RequiredWhen(condition) => Some(condition),
            Requirement::Required | Requirement::Optional => None,
        };
        field.shown_when.into_iter().chain(required)
    });
    for condition in conditions {
        let field = fields
            .iter()
            .find(|field| field.id == condition.field)
            .unwrap();
        let FieldKind::Choice(choices) = field.kind else {
            panic!("{condition:?}")
        };
        assert!(
            choices.iter().any(|choice| choice.id == condition.equals),
            "{condition:?}"
        );
    }
}

#[test]
fn it_asks_for_one_origin_and_for_no_claim_that_is_a_credential() {
    let origins: Vec<_> = describe()
        .origins
        .iter()
        .map(|it| (it.url, it.purposes))
        .collect();
    let every = Purposes {
        browser: true,
        token: true,
        api: true,
    };
    assert_eq!(origins, [("https://api.intacct.com", every)]);
    assert_eq!(
        describe().claims,
        ["userId", "cnyId", "entityId", "exp", "iat"]
    );
}

#[test]
fn it_says_its_version_and_the_headers_that_it_sends_and_reads() {
    assert_eq!(describe().version, env!("CARGO_PKG_VERSION"));
    assert_eq!(describe().request_headers, ["x-ia-api-param-entity"]);
    assert_eq!(
        describe().headers,
        [
            "date",
            "retry-after",
            "x-ia-*retry-after",
            "x-ia-*retryafter",
            "x-ia-cpu-limit-reset",
        ]
    );
}

/// The bounds that `wit/credential.wit` names.
#[test]
fn what_it_reads_is_within_the_contracts_bounds() {
    let members = describe().members;
    assert!(members.len() <= 128, "{}", members.len());
    for (index, member) in members.iter().enumerate() {
        let earlier = members[..index]
            .iter()
            .filter(|it| it.pointer == member.pointer);
        for other in earlier {
            assert!(other.reading != member.reading, "twice: {member:?}");
            assert!(
                other.reading != Reading::Secret && member.reading != Reading::Secret,
                "a secret stands alone: {member:?}"
            );
        }
        if let Reading::Phrases(phrases) = &member.reading {
            assert!((1..=32).contains(&phrases.len()), "{phrases:?}");
            assert!(phrases.iter().all(|it| (4..=64).contains(&it.len())));
        }
    }
}

#[test]
fn what_is_named_like_a_secret_is_read_as_one() {
    for member in describe().members {
        let token = member.pointer.ends_with("_token");
        assert_eq!(token, member.reading == Reading::Secret, "{member:?}");
    }
}

#[test]
fn each_setup_step_says_where_to_click_and_what_goes_wrong_without_it() {
    for step in describe().setup {
        let place = ["Company →", "developer portal"]
            .iter()
            .any(|it| step.detail.contains(it));
        assert!(place, "{} does not say where", step.id);
        let without = ["Without", "without", "cannot", "fail"];
        assert!(
            without.iter().any(|it| step.detail.contains(it)),
            "{} has no reason",
            step.id
        );
    }
}

#[test]
fn the_two_lists_under_security_are_told_apart() {
    let step = |id| {
        describe()
            .setup
            .iter()
            .find(|step| step.id == id)
            .unwrap()
            .detail
    };
    let senders = step("web-services-authorization");
    assert!(senders.contains("sender IDs, not Client IDs"));
    let clients = step("authorized-client-application");
    assert!(clients.contains("Client IDs, not sender IDs"));
    assert!(clients.contains("another list than Web Services authorizations"));
}

#[test]
fn a_step_is_needed_by_the_flow_alone() {
    let conditions = describe().setup.iter().filter_map(|step| step.needed_when);
    assert!(conditions.into_iter().all(|it| it.field == "flow_type"));
}

#[test]
fn a_step_of_one_flow_names_a_choice_of_the_form() {
    let flows = describe()
        .setup
        .iter()
        .filter_map(|step| Some((step.id, step.needed_when?.equals)));
    let expected = [
        ("redirect-address", "regular_user"),
        ("web-services-user", "web_services_user"),
    ];
    assert_eq!(flows.collect::<Vec<_>>(), expected);
}

#[test]
fn every_step_that_a_refusal_points_at_is_in_the_guide() {
    for refusal in refusal::TABLE {
        let known = |id| describe().setup.iter().any(|step| step.id == id);
        assert!(refusal.notice.setup_step.is_none_or(known), "{refusal:?}");
    }
}
