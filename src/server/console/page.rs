//! The shell around every page: head, navigation, notices.

use super::{assets, cookies, guard, parts};
use crate::connections::Role;
use crate::server::App;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// What stands in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Connections,
    Functions,
    Executions,
    Schedules,
    Webhooks,
    People,
}

impl Section {
    /// In the order in which they are shown.
    const ALL: &[Section] = &[
        Section::Connections,
        Section::Functions,
        Section::Executions,
        Section::Schedules,
        Section::Webhooks,
        Section::People,
    ];

    /// Where the console opens.
    pub fn first() -> Section {
        Section::ALL[0]
    }

    pub fn path(self) -> &'static str {
        match self {
            Section::Connections => "/console/connections",
            Section::Functions => "/console/functions",
            Section::Executions => "/console/executions",
            Section::Schedules => "/console/schedules",
            Section::Webhooks => "/console/webhooks",
            Section::People => "/console/users",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Section::Connections => "Connections",
            Section::Functions => "Functions",
            Section::Executions => "Executions",
            Section::Schedules => "Schedules",
            Section::Webhooks => "Webhooks",
            Section::People => "Users and keys",
        }
    }

    /// Whether someone with this role has any business there.
    fn is_for(self, role: Option<Role>) -> bool {
        self != Section::People || role == Some(Role::Administrator)
    }

    /// The strokes of its icon, in a square of 24.
    fn icon(self) -> &'static str {
        match self {
            Section::Connections => {
                "M10 13a5 5 0 0 0 7.5.5l3-3a5 5 0 0 0-7-7l-1.7 1.7M14 11a5 5 0 0 0-7.5-.5l-3 3a5 5 0 0 0 7 7l1.7-1.7"
            }
            Section::Functions => "M8 5 2 12l6 7M16 5l6 7-6 7M13.5 4l-3 16",
            Section::Executions => "M3 12h4l3-8 4 16 3-8h4",
            Section::Schedules => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7v5l3 2",
            Section::Webhooks => "M4 12h7M8 8l4 4-4 4M13 4h5a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-5",
            Section::People => {
                "M16 21v-2a4 4 0 0 0-4-4H6a4 4 0 0 0-4 4v2M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8M22 21v-2a4 4 0 0 0-3-3.9M16 \
                 3.1a4 4 0 0 1 0 7.8"
            }
        }
    }
}

/// What the shell has to know.
#[derive(Default)]
pub struct Frame {
    pub user: Option<(String, Role)>,
    pub csrf: Option<String>,
    pub theme: Option<&'static str>,
    pub notice: Option<String>,
    pub section: Option<Section>,
}

/// A whole page.
pub struct Page {
    markup: Markup,
    /// The notice was shown: its cookie ends.
    end_notice: Option<axum::http::HeaderValue>,
    /// Where the browser goes on by itself.
    onward: Option<axum::http::HeaderValue>,
}

impl Page {
    pub fn new(app: &App, frame: Frame, title: &str, body: Markup) -> Self {
        let end_notice = frame.notice.is_some().then(|| cookies::end_notice(app)).flatten();
        Page { markup: shell(&frame, title, body), end_notice, onward: None }
    }

    /// The browser goes on to this address by itself.
    pub fn onward(self, address: &str) -> Self {
        Page { onward: axum::http::HeaderValue::from_str(&format!("0; url={address}")).ok(), ..self }
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let mut response = self.markup.into_response();
        if let Some(cookie) = self.end_notice {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        if let Some(onward) = self.onward {
            response.headers_mut().insert(header::REFRESH, onward);
        }
        response
    }
}

fn shell(frame: &Frame, title: &str, body: Markup) -> Markup {
    document(
        title,
        frame.theme,
        html! {
            a.skip href="#content" { "Skip to the content" }
            div.frame {
                (side(frame))
                main #content tabindex="-1" {
                    @if let Some(notice) = &frame.notice { (parts::toast(notice)) }
                    (body)
                }
            }
        },
    )
}

fn side(frame: &Frame) -> Markup {
    html! {
        header.side {
            a.brand href=(super::HOME) { (mark()) span { "Ararat" } }
            nav aria-label="Sections" {
                ul {
                    @for section in Section::ALL.iter().filter(|section| section.is_for(frame.user.as_ref().map(|(_, role)| *role))) {
                        li {
                            a href=(section.path()) aria-current=[(frame.section == Some(*section)).then_some("page")] {
                                (parts::icon(section.icon())) (section.title())
                            }
                        }
                    }
                }
            }
            div.who {
                button.quiet type="button" data-theme-switch aria-label="Switch between light and dark" {
                    (parts::icon("M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9"))
                }
                @if let Some((user, role)) = &frame.user {
                    a.person href="/console/account" title="Your account" {
                        span.avatar aria-hidden="true" { (initial(user)) }
                        span.name { (user) small { (role.word()) } }
                    }
                    form method="post" action="/console/sign-out" {
                        @if let Some(csrf) = &frame.csrf { input type="hidden" name=(guard::FIELD) value=(csrf); }
                        button.quiet type="submit" aria-label="Sign out" title="Sign out" {
                            (parts::icon("M9 21H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h4M16 17l5-5-5-5M21 12H9"))
                        }
                    }
                }
            }
        }
    }
}

fn initial(name: &str) -> String {
    name.chars().next().map(|c| c.to_uppercase().collect()).unwrap_or_default()
}

/// A page without navigation: sign-in, errors.
pub fn bare(title: &str, body: Markup) -> Markup {
    let body = html! {
        main.bare #content {
            div.card {
                p.brand { (mark()) span { "Ararat" } }
                h1 { (title) }
                (body)
            }
        }
    };
    document(title, None, body)
}

fn document(title: &str, theme: Option<&str>, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" data-theme=[theme] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Ararat" }
                link rel="stylesheet" href=(assets::path("console.css"));
                link rel="icon" type="image/svg+xml" href=(assets::path("icon.svg"));
                script src=(assets::path("console.js")) defer {}
            }
            body { (body) }
        }
    }
}

/// Two summits.
fn mark() -> Markup {
    PreEscaped(
        r#"<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><path class="far" d="M14 26 23 11l8 15z"/><path d="M1 26 12 6l11 20z"/><path class="snow" d="m12 6-3.6 6.6 2.2 1.7 1.9-1.6 2 1.7 1.3-1.4z"/></svg>"#
            .to_owned(),
    )
}
