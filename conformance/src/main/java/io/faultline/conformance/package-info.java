/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The conformance suite: rules as data, checks as plain functions, and what runs and reports them.
 *
 * <table>
 * <caption>Packages</caption>
 * <tr><td>{@code rule}</td><td>the catalogue and its file format</td></tr>
 * <tr><td>{@code scenario}</td><td>what checks work with</td></tr>
 * <tr><td>{@code check}</td><td>what a check is, and how to write one</td></tr>
 * <tr><td>{@code sdei}, {@code pagefault}, {@code contract}</td><td>the checks</td></tr>
 * <tr><td>{@code suite}</td><td>rules and checks put together</td></tr>
 * <tr><td>{@code engine}</td><td>runs a suite against a backend: verdicts, waivers, replay</td></tr>
 * <tr><td>{@code report}</td><td>JSON, HTML, JUnit XML and text</td></tr>
 * <tr><td>{@code junit}</td><td>the same as an engine of the JUnit Platform</td></tr>
 * <tr><td>{@code mutant}</td><td>proves the checks by backends with seeded bugs</td></tr>
 * </table>
 *
 * @since 0.1
 */
package io.faultline.conformance;
