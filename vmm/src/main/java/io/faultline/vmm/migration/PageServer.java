/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.migration;

import io.faultline.vmm.paging.MemoryPageStore;
import io.faultline.vmm.paging.PageSet;
import io.faultline.vmm.paging.PageStore;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;

/**
 * The origin after the guest has left: it answers requests for pages, the urgent ones first.
 *
 * <p>A page that was sent over a connection is not sent over it again, however often it is asked for; one that could not
 * be read may be asked for again. After a new connection the target says what it misses, and everything else is
 * forgotten. What waits here is bounded by the number of pages. Not thread-safe.
 *
 * @since 0.1
 */
public final class PageServer {
    /** Requests for pages that the origin never promised are answered, but not for ever. */
    private static final int MOST_UNKNOWN = 1024;

    private final PageStore store;
    private final Set<Long> urgent = new LinkedHashSet<>();
    private final Set<Long> background = new LinkedHashSet<>();
    private final PageSet sent;
    private PageSet missing;
    private Optional<PageSet> announced = Optional.empty();
    private final PageSet ever;
    private Optional<Frame.End> end = Optional.empty();
    private boolean running;
    private int unknown;
    private long urgentSent;
    private long backgroundSent;
    private long again;
    private long failures;

    /**
     * Makes a server.
     *
     * @param store the pages
     */
    public PageServer(PageStore store) {
        this.store = store;
        this.missing = store.pages();
        this.sent = missing.none();
        this.ever = missing.none();
    }

    /**
     * Takes a frame of the target.
     *
     * @param frame what came
     * @throws io.faultline.api.error.HypervisorException with MIGRATION_FAILED if it has no place here
     */
    public void accept(Frame frame) {
        if (frame instanceof Frame.Request request) {
            request(request);
        } else if (frame instanceof Frame.Missing part) {
            missing(part);
        } else if (frame instanceof Frame.Running) {
            running = true;
        } else if (frame instanceof Frame.End last) {
            end = Optional.of(last);
        } else {
            throw StreamProblem.unexpected(frame, "a request for a page");
        }
    }

    private void request(Frame.Request request) {
        long page = request.page();
        if (!store.contains(page)) {
            unknown++;
            if (unknown > MOST_UNKNOWN) {
                throw StreamProblem.failed("the target asks for pages that the guest does not have");
            }
        } else if (sent.contains(page)) {
            return;
        }
        if (request.urgent()) {
            background.remove(page);
            urgent.add(page);
        } else if (!urgent.contains(page)) {
            background.add(page);
        }
    }

    /** The connection is another one: what was on its way is lost, and the target says what it misses before it asks. */
    public void reconnected() {
        urgent.clear();
        background.clear();
        sent.clear();
        announced = Optional.of(missing.none());
    }

    private void missing(Frame.Missing part) {
        PageSet set = announced.orElseThrow(() -> StreamProblem.unexpected(part, "a request for a page"));
        for (PageSet.Run run : part.runs()) {
            try {
                set.addAll(run);
            } catch (IllegalArgumentException wrong) {
                throw StreamProblem.failed("the target sent a wrong map of pages: " + wrong.getMessage());
            }
        }
        if (part.last()) {
            set.forEach(page -> {
                if (!missing.contains(page)) {
                    throw StreamProblem.failed("the target misses page 0x" + Long.toHexString(page)
                            + ", which the guest does not have or the target said it had");
                }
            });
            missing = set;
            announced = Optional.empty();
        }
    }

    /**
     * Tells whether there is something to send.
     *
     * @return true if {@link #next} has an answer
     */
    public boolean hasNext() {
        return !urgent.isEmpty() || !background.isEmpty();
    }

    /**
     * Returns the most urgent answer.
     *
     * @return a page, or why it cannot be supplied
     * @throws NoSuchElementException if nothing waits
     */
    public Frame next() {
        boolean isUrgent = !urgent.isEmpty();
        Iterator<Long> queue = (isUrgent ? urgent : background).iterator();
        long page = queue.next();
        queue.remove();
        if (!store.contains(page)) {
            failures++;
            return new Frame.Failed(page, "the guest does not have it");
        }
        try {
            byte[] content = store.read(page);
            sent.add(page);
            if (!ever.add(page)) {
                again++;
            }
            if (isUrgent) {
                urgentSent++;
            } else {
                backgroundSent++;
            }
            return new Frame.Page(page, MemoryPageStore.isZero(content) ? new byte[0] : content);
        } catch (IOException unreadable) {
            failures++;
            return new Frame.Failed(page, String.valueOf(unreadable.getMessage()));
        }
    }

    /**
     * Returns the last word of the target.
     *
     * @return it, or empty if it has not come
     */
    public Optional<Frame.End> end() {
        return end;
    }

    /**
     * Tells whether the target has said that the guest runs.
     *
     * @return true if it has
     */
    public boolean isRunning() {
        return running;
    }

    /**
     * Returns the counters.
     *
     * @return what was sent so far
     */
    public Sent counters() {
        return new Sent(urgentSent, backgroundSent, again, failures);
    }

    /**
     * What an origin has sent.
     *
     * @param urgent pages for which the guest waited
     * @param background other pages
     * @param again how many of both had been sent before, over another connection
     * @param failures answers that were not pages
     */
    public record Sent(long urgent, long background, long again, long failures) {}
}
