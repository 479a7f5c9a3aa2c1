/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.migration;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageSink;
import io.faultline.vmm.paging.HostPageSource;
import io.faultline.vmm.paging.PageSet;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * The target's pages, which are still at the origin.
 *
 * <p>A page that the guest touches is asked for urgently. In the background, if that is wanted, a window of {@value #WINDOW}
 * pages is asked for, by ascending address from the last urgent one on: what lies behind it is likely to be next. A page
 * that comes twice is dropped and counted. When the connection breaks, the guest goes on as long as it can; over the next
 * one the target says what it misses and asks again.
 *
 * <p>Used by the thread that drives the machine.
 *
 * @since 0.1
 */
public final class PostCopySource implements HostPageSource {
    /** How many pages of the background are on their way at a time. */
    public static final int WINDOW = 64;

    /** A page that fails more often has gone. */
    static final int MOST_FAILURES = 8;

    /** How long one wait for the connection lasts before the connection is looked at again. */
    private static final long LOOK = 100_000_000L;

    private static final byte[] ZERO = new byte[PageSize.BYTES];

    private final long session;
    private final PageSet all;
    private final PageSet missing;
    private final LinkModel model;
    private final boolean background;
    private final Reconnection reconnection;
    private final LongSupplier hostNanos;

    private Optional<FrameChannel> channel = Optional.empty();
    private boolean told;
    /** Nobody is there any more, and nobody is needed. */
    private boolean alone;

    /** Pages that the guest waits for, in the order in which it asked. */
    private final Map<Long, Awaited> urgent = new LinkedHashMap<>();
    /** Pages of the background that were asked for, in that order. */
    private final Set<Long> ahead = new LinkedHashSet<>();
    /** What has come before its virtual time. */
    private final Map<Long, Answer> held = new TreeMap<>();
    /** What the machine gets at its next poll. */
    private final Deque<Answer> released = new ArrayDeque<>();

    private final Map<Long, Integer> failuresOf = new TreeMap<>();
    private long cursor;
    private OptionalLong nextBackground = OptionalLong.empty();

    private long urgentPages;
    private long backgroundPages;
    private long duplicates;
    private long failures;
    private long reconnections;
    private long waitedNanos;
    private long waitedHostNanos;

    private record Awaited(long asked, long due, long hostAsked) {}

    /** Content, or why there is none. */
    private record Answer(long page, Optional<byte[]> content, String reason) {}

    /**
     * Makes a source.
     *
     * @param session the move
     * @param pages the pages that the origin has
     * @param model how long pages take
     * @param background whether pages are asked for before the guest touches them
     * @param reconnection gets another connection when one breaks
     * @param hostNanos a clock of the host for statistics
     */
    public PostCopySource(
            long session,
            PageSet pages,
            LinkModel model,
            boolean background,
            Reconnection reconnection,
            LongSupplier hostNanos) {
        this.session = session;
        this.all = pages.copy();
        this.missing = pages.copy();
        this.model = model;
        this.background = background;
        this.reconnection = reconnection;
        this.hostNanos = hostNanos;
    }

    /**
     * Begins: the guest is the target's, and is about to run.
     *
     * @param handed the connection, as the handshake left it
     */
    public void start(TargetHandshake.Handed handed) {
        channel = Optional.of(handed.channel());
        if (handed.pausedNanos().isEmpty()) {
            resume(handed.channel());
        }
        send(new Frame.Running());
        tellIfComplete();
    }

    /**
     * Tells whether every page has come.
     *
     * @return true if the origin is not needed any more
     */
    public boolean isComplete() {
        return missing.isEmpty();
    }

    /**
     * Returns the counters.
     *
     * @return what came so far
     */
    public Received counters() {
        return new Received(
                all.size(),
                missing.size(),
                urgentPages,
                backgroundPages,
                duplicates,
                failures,
                reconnections,
                waitedNanos,
                waitedHostNanos);
    }

    /**
     * What a target has received.
     *
     * @param total pages that the origin had
     * @param missing pages that have not come
     * @param urgent pages for which the guest waited
     * @param background other pages
     * @param duplicates pages that came again
     * @param failures answers that were not pages
     * @param reconnections connections after the first
     * @param waitedNanos sum over urgent pages from the request to the arrival, virtual nanoseconds
     * @param waitedHostNanos the same in nanoseconds of the host
     */
    public record Received(
            long total,
            long missing,
            long urgent,
            long background,
            long duplicates,
            long failures,
            long reconnections,
            long waitedNanos,
            long waitedHostNanos) {}

    // For the machine.

    @Override
    public void request(PageRequest request) {
        long page = request.page();
        if (!missing.contains(page)) {
            // What has been released is there at the next poll.
            if (released.stream().noneMatch(answer -> answer.page() == page)) {
                released.addLast(new Answer(page, Optional.empty(), "the origin did not have it"));
            }
            return;
        }
        long due = request.now() + model.latencyNanos().orElse(0);
        urgent.remove(page);
        urgent.put(page, new Awaited(request.now(), due < 0 ? Long.MAX_VALUE : due, hostNanos.getAsLong()));
        ahead.remove(page);
        cursor = page + PageSize.BYTES;
        if (!held.containsKey(page)) {
            send(new Frame.Request(page, true));
        }
    }

    @Override
    public void poll(long now, PageSink sink) {
        for (Answer answer = released.pollFirst(); answer != null; answer = released.pollFirst()) {
            if (answer.content().isPresent()) {
                sink.arrived(answer.page(), answer.content().get());
            } else {
                sink.failed(answer.page(), answer.reason());
            }
        }
    }

    @Override
    public OptionalLong nextArrival() {
        if (model.latencyNanos().isEmpty() || isComplete()) {
            return OptionalLong.empty();
        }
        OptionalLong firstUrgent = firstUrgent();
        if (firstUrgent.isEmpty() || nextBackground.isEmpty()) {
            return firstUrgent.isPresent() ? firstUrgent : nextBackground;
        }
        return OptionalLong.of(Math.min(firstUrgent.getAsLong(), nextBackground.getAsLong()));
    }

    /** All take equally long, so that the first asked for is the first due. */
    private OptionalLong firstUrgent() {
        Iterator<Awaited> first = urgent.values().iterator();
        return first.hasNext() ? OptionalLong.of(first.next().due()) : OptionalLong.empty();
    }

    // For the run loop.

    @Override
    public boolean exchange(long now) {
        if (isComplete()) {
            linger();
            return false;
        }
        int before = released.size();
        receiveAll();
        if (model.latencyNanos().isEmpty()) {
            releaseHeld(now);
            askAhead();
        } else {
            exchangeInVirtualTime(now);
        }
        tellIfComplete();
        return released.size() > before;
    }

    private void releaseHeld(long now) {
        List<Answer> answers = List.copyOf(held.values());
        held.clear();
        answers.forEach(answer -> release(answer, now));
    }

    private void exchangeInVirtualTime(long now) {
        if (background && nextBackground.isEmpty()) {
            nextBackground = OptionalLong.of(now + model.pageNanos());
        }
        askAhead();
        for (OptionalLong next = nextArrival(); next.isPresent() && next.getAsLong() <= now; next = nextArrival()) {
            OptionalLong firstUrgent = firstUrgent();
            boolean isUrgent = firstUrgent.isPresent() && firstUrgent.getAsLong() == next.getAsLong();
            Iterator<Long> queue = (isUrgent ? urgent.keySet() : ahead).iterator();
            if (queue.hasNext()) {
                release(obtain(queue.next()), next.getAsLong());
            }
            if (!isUrgent) {
                nextBackground = OptionalLong.of(next.getAsLong() + model.pageNanos());
            }
            askAhead();
        }
    }

    /** Stops the machine until a page is here. */
    private Answer obtain(long page) {
        while (!held.containsKey(page)) {
            receive(LOOK);
        }
        return held.remove(page);
    }

    private void release(Answer answer, long now) {
        long page = answer.page();
        Awaited awaited = urgent.remove(page);
        ahead.remove(page);
        released.addLast(answer);
        if (answer.content().isEmpty()) {
            return;
        }
        missing.remove(page);
        if (awaited == null) {
            backgroundPages++;
        } else {
            urgentPages++;
            waitedNanos += Math.max(0, now - awaited.asked());
        }
        if (isComplete()) {
            nextBackground = OptionalLong.empty();
        }
    }

    @Override
    public boolean await(long now, OptionalLong deadline) {
        if (!released.isEmpty()) {
            return true;
        }
        if (model.latencyNanos().isPresent()) {
            OptionalLong next = nextArrival();
            return next.isPresent() && next.getAsLong() <= now;
        }
        if (urgent.isEmpty() && ahead.isEmpty()) {
            return false;
        }
        long left = deadline.isPresent() ? deadline.getAsLong() - now : Long.MAX_VALUE;
        while (held.isEmpty() && left > 0) {
            long look = Math.min(left, LOOK);
            receive(look);
            left = deadline.isPresent() ? left - look : left;
        }
        return !held.isEmpty();
    }

    private void askAhead() {
        if (!background) {
            return;
        }
        int candidates = missing.size() - urgent.size() - ahead.size();
        while (ahead.size() < WINDOW && candidates > 0) {
            OptionalLong next = missing.ceiling(cursor);
            if (next.isEmpty()) {
                next = missing.ceiling(0);
            }
            long page = next.getAsLong();
            cursor = page + PageSize.BYTES;
            if (!urgent.containsKey(page) && ahead.add(page)) {
                candidates--;
                if (!held.containsKey(page)) {
                    send(new Frame.Request(page, false));
                }
            }
        }
    }

    // The connection.

    private void tellIfComplete() {
        if (isComplete() && !told) {
            told = true;
            send(new Frame.End(true, "all pages have come"));
        }
    }

    /** An origin whose connection broke before it was told that all is over comes back to hear it. */
    private void linger() {
        if (alone) {
            return;
        }
        try {
            if (channel.isPresent()) {
                channel.get().receive(0);
            } else {
                channel = reconnection.await(0, session);
                channel.ifPresent(next -> {
                    reconnections++;
                    resume(next);
                    send(new Frame.End(true, "all pages have come"));
                });
            }
        } catch (IOException gone) {
            alone = channel.isEmpty();
            lost();
        }
    }

    /**
     * Tells the origin that the guest has ended, if it still listens, and lets go of the connection.
     *
     * @param text how it ended
     */
    public void close(String text) {
        if (!told) {
            told = true;
            send(new Frame.End(false, text));
        }
        channel.ifPresent(FrameChannel::close);
        channel = Optional.empty();
    }

    private void send(Frame frame) {
        if (channel.isPresent()) {
            try {
                channel.get().send(frame);
            } catch (IOException broken) {
                lost();
            }
        }
    }

    private void lost() {
        channel.ifPresent(FrameChannel::close);
        channel = Optional.empty();
    }

    private void receiveAll() {
        while (receive(0)) {
            // Takes all there is.
        }
    }

    /** Takes one frame, waiting for it; false if none came. A broken connection is replaced. */
    private boolean receive(long nanos) {
        try {
            if (channel.isEmpty()) {
                reconnect(nanos);
                return channel.isPresent();
            }
            Optional<Frame> frame = channel.get().receive(nanos);
            frame.ifPresent(this::accept);
            return frame.isPresent();
        } catch (IOException broken) {
            lost();
            return true;
        }
    }

    private void reconnect(long nanos) {
        try {
            channel = reconnection.await(nanos, session);
        } catch (IOException over) {
            throw StreamProblem.broken(
                    "the origin went away while " + missing.size() + " of the guest's pages were still there", over);
        }
        if (channel.isPresent()) {
            reconnections++;
            resume(channel.get());
        }
    }

    /** What was on its way may be lost: the origin learns what is missing, and is asked again. */
    private void resume(FrameChannel next) {
        try {
            next.send(new Frame.Welcome());
            List<PageSet.Run> runs = missing.runs();
            int at = 0;
            do {
                int end = Math.min(runs.size(), at + FrameCodec.MOST_RUNS);
                next.send(new Frame.Missing(runs.subList(at, end), end == runs.size()));
                at = end;
            } while (at < runs.size());
            for (long page : urgent.keySet()) {
                if (!held.containsKey(page)) {
                    next.send(new Frame.Request(page, true));
                }
            }
            for (long page : ahead) {
                if (!held.containsKey(page)) {
                    next.send(new Frame.Request(page, false));
                }
            }
        } catch (IOException broken) {
            lost();
        }
    }

    private void accept(Frame frame) {
        if (frame instanceof Frame.Page page) {
            requirePromised(page.page());
            if (!missing.contains(page.page()) || held.containsKey(page.page())) {
                duplicates++;
            } else {
                byte[] content = page.content().length == 0 ? ZERO : page.content();
                held.put(page.page(), new Answer(page.page(), Optional.of(content), ""));
                Awaited awaited = urgent.get(page.page());
                if (awaited != null) {
                    waitedHostNanos += hostNanos.getAsLong() - awaited.hostAsked();
                }
            }
        } else if (frame instanceof Frame.Failed failed) {
            failure(failed);
        } else {
            throw StreamProblem.unexpected(frame, "a page");
        }
    }

    private void failure(Frame.Failed failed) {
        requirePromised(failed.page());
        if (!missing.contains(failed.page()) || held.containsKey(failed.page())) {
            duplicates++;
            return;
        }
        failures++;
        if (failuresOf.merge(failed.page(), 1, Integer::sum) > MOST_FAILURES) {
            throw StreamProblem.failed("the origin cannot supply page 0x" + Long.toHexString(failed.page())
                    + " of the guest: " + failed.reason());
        }
        if (urgent.containsKey(failed.page())) {
            held.put(failed.page(), new Answer(failed.page(), Optional.empty(), failed.reason()));
        } else {
            // The guest does not wait for it and need not know.
            send(new Frame.Request(failed.page(), false));
        }
    }

    private void requirePromised(long page) {
        if (!all.contains(page)) {
            throw StreamProblem.failed(
                    "the origin sent page 0x" + Long.toHexString(page) + ", which it never promised");
        }
    }
}
