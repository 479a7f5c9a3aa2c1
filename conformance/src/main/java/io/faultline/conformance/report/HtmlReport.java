/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.report;

import io.faultline.conformance.engine.ConformanceReport;
import io.faultline.conformance.engine.RuleResult;
import io.faultline.conformance.engine.Verdict;
import java.util.List;
import java.util.Locale;

/**
 * Writes reports as one page that needs nothing else: no network, no other file.
 *
 * @since 0.1
 */
public final class HtmlReport {
    /** No character in style and script may need escaping: a page does not unescape there. */
    private static final String STYLE = """

            :root { color-scheme: light dark; }
            body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
            h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; }
            code, pre { font: 13px/1.45 ui-monospace, monospace; }
            pre { overflow-x: auto; padding: .6rem .8rem; border-left: 3px solid #8886; margin: .4rem 0; }
            dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; }
            dt { opacity: .7; } dd { margin: 0; overflow-wrap: anywhere; }
            nav button { font: inherit; padding: .2rem .7rem; margin: 0 .3rem .3rem 0; border-radius: 1rem;
              border: 1px solid #8888; background: none; color: inherit; cursor: pointer; }
            nav button[aria-pressed=true] { background: #3572; border-color: currentColor; }
            nav input { font: inherit; padding: .2rem .6rem; }
            details { border-bottom: 1px solid #8884; padding: .25rem 0; }
            summary { display: grid; grid-template-columns: 6rem 8.5rem 7rem 1fr; gap: .6rem; cursor: pointer; }
            summary::-webkit-details-marker { display: none; }
            .verdict { font-weight: 600; }
            .PASS { color: #15803d; } .FAIL, .ERROR, .TIMED_OUT { color: #c2262e; }
            .INCONCLUSIVE, .KNOWN_ISSUE { color: #b45309; } .NOT_APPLICABLE, .NOT_CHECKED { opacity: .65; }
            .hidden { display: none; }
            @media (max-width: 40rem) { summary { grid-template-columns: 1fr 1fr; } }
            """;

    private static final String SCRIPT = """

            document.querySelectorAll('section').forEach(function (section) {
              var verdict = 'ALL', words = '';
              function show() {
                section.querySelectorAll('details').forEach(function (rule) {
                  var fits = verdict === 'ALL' || verdict === rule.dataset.verdict;
                  var named = rule.textContent.toLowerCase().includes(words);
                  rule.classList.toggle('hidden', !(fits ? named : false));
                });
              }
              section.querySelectorAll('nav button').forEach(function (button) {
                button.addEventListener('click', function () {
                  verdict = button.dataset.verdict;
                  section.querySelectorAll('nav button').forEach(function (other) {
                    other.setAttribute('aria-pressed', String(other === button));
                  });
                  show();
                });
              });
              section.querySelector('nav input').addEventListener('input', function (event) {
                words = event.target.value.toLowerCase();
                show();
              });
            });
            """;

    private HtmlReport() {}

    /**
     * Writes reports.
     *
     * @param reports one for each backend
     * @return the page
     */
    public static String render(List<ConformanceReport> reports) {
        XmlText html = new XmlText();
        html.doctype();
        html.element(
                "html",
                () -> {
                    html.element("head", () -> {
                        html.element("meta", () -> {}, "charset", "utf-8");
                        html.element(
                                "meta", () -> {}, "name", "viewport", "content", "width=device-width, initial-scale=1");
                        html.leaf("title", "Faultline conformance");
                        html.leaf("style", STYLE);
                    });
                    html.element("body", () -> {
                        html.leaf("h1", "Faultline conformance");
                        reports.forEach(report -> backend(html, report));
                        html.leaf("script", SCRIPT);
                    });
                },
                "lang",
                "en");
        html.line();
        // Elements that HTML has no end tag for.
        return html.toString().replace("></meta>", ">").replace("></input>", ">");
    }

    private static void backend(XmlText html, ConformanceReport report) {
        html.element("section", () -> {
            html.leaf(
                    "h2",
                    report.backend().displayName() + " (" + report.backend().id() + ")");
            html.leaf(
                    "p",
                    report.isConforming()
                            ? "Every selected rule that applies is kept."
                            : report.problems().size() + " rules are not kept or could not be judged.",
                    "class",
                    report.isConforming() ? "verdict PASS" : "verdict FAIL");
            html.element("dl", () -> facts(html, report));
            html.element("nav", () -> filters(html, report));
            report.results().forEach(result -> rule(html, report.backend().id(), result));
        });
    }

    private static void facts(XmlText html, ConformanceReport report) {
        fact(html, "Backend", report.backend().vendor() + " " + report.backend().version());
        fact(html, "Settings", report.settings().toString());
        fact(html, "Capabilities", report.capabilities().toString());
        fact(html, "Suite", report.suiteVersion() + ", rules " + report.ruleSetHash());
        fact(html, "Cuts by save and restore", report.cuts());
        report.waivers()
                .forEach(waiver ->
                        fact(html, "Waiver", waiver.rule() + " until " + waiver.expires() + ", " + waiver.issue()));
    }

    private static void fact(XmlText html, String name, String value) {
        html.leaf("dt", name);
        html.leaf("dd", value);
    }

    private static void filters(XmlText html, ConformanceReport report) {
        button(html, "ALL", "all " + report.results().size(), true);
        report.totals().forEach((verdict, count) -> {
            if (count > 0) {
                button(html, verdict.name(), words(verdict) + " " + count, false);
            }
        });
        html.element(
                "input",
                () -> {},
                "type",
                "search",
                "placeholder",
                "words",
                "aria-label",
                "show rules with these words");
    }

    private static void button(XmlText html, String verdict, String text, boolean pressed) {
        html.leaf("button", text, "type", "button", "data-verdict", verdict, "aria-pressed", Boolean.toString(pressed));
    }

    private static void rule(XmlText html, String backend, RuleResult result) {
        html.element(
                "details",
                () -> {
                    html.element("summary", () -> {
                        html.leaf("code", result.rule().id());
                        html.leaf(
                                "span",
                                words(result.verdict()),
                                "class",
                                "verdict " + result.verdict().name());
                        html.leaf("span", result.rule().level().name().replace('_', ' '));
                        html.leaf("span", result.rule().sentence());
                    });
                    details(html, result);
                },
                "data-verdict",
                result.verdict().name(),
                "id",
                backend + "." + result.rule().id());
        html.line();
    }

    private static void details(XmlText html, RuleResult result) {
        if (!result.message().isEmpty()) {
            html.leaf("pre", result.message());
        }
        html.element("dl", () -> {
            fact(html, "Source", result.rule().source());
            if (!result.rule().gates().isEmpty()) {
                fact(html, "Applies to backends with", result.rule().gates().toString());
            }
            result.rule().hints().forEach(hint -> fact(html, "Hint", hint));
            if (!result.declared().isEmpty()) {
                fact(html, "Witnessed", result.witnessed() + " of " + result.declared());
            }
            result.token().ifPresent(token -> {
                fact(html, "Seed", Long.toString(result.seed()));
                fact(html, "Again", "faultline replay '" + token + "'");
            });
        });
        if (!result.trace().isEmpty()) {
            html.leaf("p", "Last of the trace:");
            html.leaf("pre", String.join("\n", result.trace()));
        }
    }

    private static String words(Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
