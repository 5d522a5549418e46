package org.jenkinsci.plugins.workflow.steps

/** As Jenkins has it, where it matters here: an abort is an interruption. */
final class FlowInterruptedException extends InterruptedException {}
