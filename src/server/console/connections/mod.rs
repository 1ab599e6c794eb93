//! Connections: the page of the founding documents. All that happens here happens in
//! `crate::connections`; these files only ask and show.

mod list;

use crate::server::App;
use axum::Router;

pub fn routes() -> Router<App> {
    Router::new().merge(list::routes())
}
