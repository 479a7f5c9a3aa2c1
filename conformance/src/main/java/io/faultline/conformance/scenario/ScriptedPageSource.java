/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.scenario;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageSink;
import io.faultline.api.memory.PageSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A page source that a scenario controls: pages arrive after a latency in virtual time, or when the scenario releases
 * them, in the order in which it does; they can fail, be poisoned or arrive twice.
 *
 * <p>At first every page is held until it is released. Not thread-safe.
 *
 * @since 0.1
 */
public final class ScriptedPageSource implements PageSource {
    private enum Kind {
        PAGE,
        FAILURE,
        POISON
    }

    private record Answer(long due, long page, Kind kind) {}

    private final Map<Long, byte[]> contents = new TreeMap<>();
    private final List<PageRequest> requests = new ArrayList<>();
    private final List<Long> held = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();
    private final Map<Long, Integer> failures = new TreeMap<>();
    private final TreeSet<Long> poisoned = new TreeSet<>();
    private OptionalLong latency = OptionalLong.empty();
    private boolean twice;
    private boolean instant;

    ScriptedPageSource() {}

    // The script

    /**
     * Answers every later request by itself after a time.
     *
     * @param nanos virtual time in nanoseconds, at least 0
     * @return this source
     */
    public ScriptedPageSource answerAfter(long nanos) {
        latency = OptionalLong.of(nanos);
        return this;
    }

    /**
     * Holds every later request until the scenario releases it.
     *
     * @return this source
     */
    public ScriptedPageSource hold() {
        latency = OptionalLong.empty();
        return this;
    }

    /**
     * Gives every answer twice.
     *
     * @return this source
     */
    public ScriptedPageSource answerTwice() {
        twice = true;
        return this;
    }

    /**
     * Hands over every page at once when it is asked whether it can.
     *
     * @return this source
     */
    public ScriptedPageSource answerAtOnce() {
        instant = true;
        return this;
    }

    /**
     * Lets the next answers for a page be failures.
     *
     * @param page address of the page
     * @param times how many
     * @return this source
     */
    public ScriptedPageSource fail(long page, int times) {
        failures.put(page, times);
        return this;
    }

    /**
     * Lets every answer for a page say that its data is lost.
     *
     * @param page address of the page
     * @return this source
     */
    public ScriptedPageSource poison(long page) {
        poisoned.add(page);
        return this;
    }

    /**
     * Sets the content of a page.
     *
     * @param page address of the page
     * @param content 4096 bytes
     */
    public void put(long page, byte[] content) {
        contents.put(page, content.clone());
    }

    /**
     * Answers the oldest request for a page that is held; the machine gets the answer when it next asks.
     *
     * @param page address of the page
     * @throws IllegalStateException if no request for it is held
     */
    public void release(long page) {
        if (!held.remove(Long.valueOf(page))) {
            throw new IllegalStateException("no request for page " + Scenario.hex(page) + " is held: " + requests);
        }
        answer(0, page);
    }

    /** Answers all held requests, the oldest first. */
    public void releaseAll() {
        List<Long> pages = List.copyOf(held);
        pages.forEach(this::release);
    }

    /** Forgets all requests that are held, as if it were another source: what is still needed has to be asked for again. */
    public void forget() {
        held.clear();
    }

    /**
     * Answers for a page nobody may have asked for: a page sent in the background, or again.
     *
     * @param page address of the page
     */
    public void send(long page) {
        answer(0, page);
    }

    // What was seen

    /**
     * Returns the pages whose requests are held.
     *
     * @return addresses, sorted
     */
    public SortedSet<Long> held() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(held));
    }

    /**
     * Returns all requests so far.
     *
     * @return the requests in order
     */
    public List<PageRequest> requests() {
        return List.copyOf(requests);
    }

    /**
     * Returns how often a page was asked for.
     *
     * @param page address of the page
     * @return at least 0
     */
    public long requests(long page) {
        return requests.stream().filter(request -> request.page() == page).count();
    }

    /**
     * Returns the content of a page that was not set otherwise: each doubleword holds its own address and a mark.
     *
     * @param page address of the page
     * @return 4096 bytes
     */
    public static byte[] pattern(long page) {
        byte[] content = new byte[PageSize.BYTES];
        for (int offset = 0; offset < PageSize.BYTES; offset++) {
            content[offset] = (byte) (patternWord(page + (offset & ~7)) >>> 8 * (offset & 7));
        }
        return content;
    }

    /**
     * Returns one doubleword of {@link #pattern}.
     *
     * @param address address of the doubleword, a multiple of 8
     * @return its value
     */
    public static long patternWord(long address) {
        return 0x5A5A_0000_0000_0000L | address;
    }

    // The source

    @Override
    public void request(PageRequest request) {
        requests.add(request);
        if (latency.isPresent()) {
            answer(request.now() + latency.getAsLong(), request.page());
        } else {
            held.add(request.page());
        }
    }

    @Override
    public boolean fetchNow(long page, PageSink sink) {
        if (instant) {
            sink.arrived(page, content(page));
        }
        return instant;
    }

    @Override
    public void poll(long now, PageSink sink) {
        List<Answer> due = answers.stream()
                .filter(answer -> answer.due <= now)
                .sorted(Comparator.comparingLong(Answer::due))
                .toList();
        answers.removeAll(due);
        for (Answer answer : due) {
            give(answer, sink);
        }
    }

    @Override
    public OptionalLong nextArrival() {
        return answers.stream().mapToLong(Answer::due).min();
    }

    private void give(Answer answer, PageSink sink) {
        switch (answer.kind) {
            case PAGE -> sink.arrived(answer.page, content(answer.page));
            case FAILURE -> sink.failed(answer.page, "scripted failure");
            case POISON -> sink.poisoned(answer.page);
        }
    }

    private byte[] content(long page) {
        byte[] content = contents.get(page);
        return content == null ? pattern(page) : Arrays.copyOf(content, content.length);
    }

    private void answer(long due, long page) {
        Answer answer = new Answer(due, page, kindFor(page));
        answers.add(answer);
        if (twice) {
            answers.add(answer);
        }
    }

    private Kind kindFor(long page) {
        int left = failures.getOrDefault(page, 0);
        if (left > 0) {
            failures.put(page, left - 1);
            return Kind.FAILURE;
        }
        return poisoned.contains(page) ? Kind.POISON : Kind.PAGE;
    }
}
