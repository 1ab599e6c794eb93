//! The registry's services: the default ones, and those that users define, change and delete.

use super::Registry;
use crate::connections::link::{check_display_name, check_link_name};
use crate::connections::{Error, Service, catalogue, edit};

impl Registry {
    /// Custom services first, then the default ones.
    pub async fn services(&self) -> Result<Vec<Service>, Error> {
        let mut services = self.inner.store.services().await?;
        services.extend(catalogue::all().iter().cloned());
        Ok(services)
    }

    pub async fn custom_services(&self) -> Result<Vec<Service>, Error> {
        self.inner.store.services().await
    }

    pub async fn service(&self, link: &str) -> Result<Service, Error> {
        if let Some(service) = catalogue::find(link) {
            return Ok(service.clone());
        }
        self.inner.store.service(link).await?.ok_or_else(|| catalogue::unknown(link))
    }

    /// Adds a custom service.
    pub async fn add_service(&self, service: &Service) -> Result<(), Error> {
        self.must_administer("add services").await?;
        check_link_name(&service.link_name)?;
        check_display_name(&service.name)?;
        if catalogue::find(&service.link_name).is_some() {
            return Err(Error::usage(format!("`{}` is a default service already", service.link_name)));
        }
        if let Some(problem) = service.problems().into_iter().next() {
            return Err(Error::usage(problem));
        }
        self.inner.store.insert_service(service, self.user(), self.now()).await?;
        self.log(&service.link_name, "service added", None).await
    }

    /// Changes a custom service as far as its auth type allows; its connections are revoked first.
    /// Returns their link names.
    pub async fn edit_service(&self, service: &Service) -> Result<Vec<String>, Error> {
        self.must_administer("change services").await?;
        let link = &service.link_name;
        if catalogue::find(link).is_some() {
            return Err(Error::usage(format!("`{link}` is a default service and cannot be changed")));
        }
        let old = self.service(link).await?;
        if let Some(owner) = self.inner.store.service_owner(link).await?.filter(|owner| owner != self.user()) {
            return Err(Error::usage_help(
                format!("the service `{link}` was made by `{owner}`, who alone can change it"),
                format!("ask `{owner}`, or define a service of your own with `ararat services add`"),
            ));
        }
        check_display_name(&service.name)?;
        let refusals = edit::refusals(&old, service).into_iter().chain(service.problems());
        if let Some(refusal) = refusals.into_iter().next() {
            return Err(Error::usage(refusal));
        }
        let dependents = self.dependents(link).await?;
        for dependent in &dependents {
            self.forget_everyone(dependent, "its service was changed").await?;
        }
        self.inner.store.update_service(service, self.now()).await?;
        self.log(link, "service changed", None).await?;
        Ok(dependents)
    }

    /// Deletes a custom service; its connections are revoked first. Returns their link names.
    pub async fn delete_service(&self, link: &str) -> Result<Vec<String>, Error> {
        self.must_administer("delete services").await?;
        if catalogue::find(link).is_some() {
            return Err(Error::usage(format!("`{link}` is a default service and cannot be deleted")));
        }
        self.service(link).await?;
        let dependents = self.dependents(link).await?;
        for dependent in &dependents {
            self.forget_everyone(dependent, "its service was deleted").await?;
        }
        self.inner.store.delete_service(link).await?;
        self.log(link, "service deleted", None).await?;
        Ok(dependents)
    }

    /// Link names of the connections made from a service.
    pub async fn dependents(&self, service: &str) -> Result<Vec<String>, Error> {
        let all = self.connections().await?;
        Ok(all.into_iter().filter(|connection| connection.service == service).map(|c| c.link_name).collect())
    }
}
