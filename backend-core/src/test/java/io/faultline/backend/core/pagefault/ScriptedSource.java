/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageSink;
import io.faultline.api.memory.PageSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** A page source that answers what the test has put down. */
final class ScriptedSource implements PageSource {
    final List<PageRequest> requests = new ArrayList<>();
    final List<Consumer<PageSink>> answers = new ArrayList<>();
    /** Hands pages over at once. */
    Consumer<PageSink> atOnce = sink -> {};

    OptionalLong next = OptionalLong.empty();
    PageSink kept;

    @Override
    public void request(PageRequest request) {
        requests.add(request);
    }

    @Override
    public boolean fetchNow(long page, PageSink sink) {
        atOnce.accept(sink);
        return true;
    }

    @Override
    public void poll(long now, PageSink sink) {
        kept = sink;
        List<Consumer<PageSink>> due = List.copyOf(answers);
        answers.clear();
        due.forEach(answer -> answer.accept(sink));
    }

    @Override
    public OptionalLong nextArrival() {
        return next;
    }
}
