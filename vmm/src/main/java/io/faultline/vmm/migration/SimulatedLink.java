/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.migration;

import io.faultline.vmm.paging.PageSet;
import io.faultline.vmm.paging.PageStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Pairs a target with an origin in the same thread, over a connection that a seed disturbs: frames come late, in another
 * order, twice, as failures, or not at all since the connection breaks. The same seed always gives the same.
 *
 * <p>Frames go through their bytes. Time is counted in looks: each call of {@link FrameChannel#receive} is one.
 *
 * @since 0.1
 */
public final class SimulatedLink implements Reconnection {
    private static final int LONGEST_DELAY = 16;

    private final PageServer origin;
    private final Disturbance disturbance;
    private final Random random;
    private final Deque<byte[]> arriving = new ArrayDeque<>();
    private final List<Late> late = new ArrayList<>();
    private Optional<Channel> channel;
    private int outage;
    private long looks;
    private long breaks;

    private record Late(long due, byte[] bytes) {}

    /**
     * How much goes wrong. Each number is a probability in thousandths for each answer of the origin.
     *
     * @param delayed it comes up to 16 looks later
     * @param reordered it overtakes what is on its way
     * @param duplicated it comes twice
     * @param failed it becomes a failure
     * @param broken the connection breaks, and everything on its way is lost
     * @param outage how many looks a broken connection takes to come back
     */
    public record Disturbance(int delayed, int reordered, int duplicated, int failed, int broken, int outage) {
        /** A connection on which nothing goes wrong. */
        public static final Disturbance NONE = new Disturbance(0, 0, 0, 0, 0, 0);

        /**
         * Checks the ranges.
         *
         * @throws IllegalArgumentException if a probability is not 0 to 1000 or the outage is negative
         */
        public Disturbance {
            for (int probability : new int[] {delayed, reordered, duplicated, failed, broken}) {
                if (probability < 0 || probability > 1000) {
                    throw new IllegalArgumentException(probability + " is not 0 to 1000 thousandths");
                }
            }
            if (outage < 0) {
                throw new IllegalArgumentException("an outage of " + outage + " looks is negative");
            }
        }
    }

    /**
     * Makes a connection.
     *
     * @param pages what the origin has
     * @param disturbance what goes wrong
     * @param seed decides when
     */
    public SimulatedLink(PageStore pages, Disturbance disturbance, long seed) {
        this.disturbance = disturbance;
        this.random = new Random(seed);
        this.origin = new PageServer(new Flaky(pages));
        this.channel = Optional.of(new Channel());
    }

    /**
     * Returns the target's end of the first connection, as a handshake leaves it.
     *
     * @return the end, for {@link PostCopySource}
     */
    public TargetHandshake.Handed handed() {
        return new TargetHandshake.Handed(channel.orElseThrow(), Optional.of(0L));
    }

    /**
     * Returns the other side.
     *
     * @return the origin
     */
    public PageServer origin() {
        return origin;
    }

    /**
     * Returns how often the connection broke.
     *
     * @return at least 0
     */
    public long breaks() {
        return breaks;
    }

    @Override
    public Optional<FrameChannel> await(long nanos, long session) {
        if (channel.isEmpty()) {
            outage = nanos > 0 ? 0 : Math.max(0, outage - 1);
            if (outage > 0) {
                return Optional.empty();
            }
            origin.reconnected();
            channel = Optional.of(new Channel());
        }
        return channel.map(FrameChannel.class::cast);
    }

    private boolean happens(int thousandths) {
        return random.nextInt(1000) < thousandths;
    }

    /** Pages that cannot always be read. */
    private final class Flaky implements PageStore {
        private final PageStore pages;

        Flaky(PageStore pages) {
            this.pages = pages;
        }

        @Override
        public PageSet pages() {
            return pages.pages();
        }

        @Override
        public boolean contains(long page) {
            return pages.contains(page);
        }

        @Override
        public byte[] read(long page) throws IOException {
            if (happens(disturbance.failed())) {
                throw new IOException("the store was disturbed");
            }
            return pages.read(page);
        }
    }

    /** One connection: when it has broken it stays so. */
    private final class Channel implements FrameChannel {
        private boolean broken;

        @Override
        public void send(Frame frame) throws IOException {
            requireWhole();
            Frame arrived = parse(FrameCodec.encode(frame));
            // The new connection says welcome, which only a real origin waits for.
            if (!(arrived instanceof Frame.Welcome)) {
                origin.accept(arrived);
            }
        }

        @Override
        public Optional<Frame> receive(long nanos) throws IOException {
            requireWhole();
            looks++;
            while (origin.hasNext()) {
                answer(origin.next());
            }
            land(looks);
            if (arriving.isEmpty() && nanos > 0 && !late.isEmpty()) {
                land(late.stream().mapToLong(Late::due).min().getAsLong());
            }
            byte[] bytes = arriving.pollFirst();
            return bytes == null ? Optional.empty() : Optional.of(parse(bytes));
        }

        private void answer(Frame answer) throws IOException {
            if (happens(disturbance.broken())) {
                breaks++;
                broken = true;
                outage = disturbance.outage();
                arriving.clear();
                late.clear();
                channel = Optional.empty();
                requireWhole();
            }
            byte[] bytes = FrameCodec.encode(answer);
            arrive(bytes);
            if (happens(disturbance.duplicated())) {
                arrive(bytes);
            }
        }

        private void arrive(byte[] bytes) {
            if (happens(disturbance.delayed())) {
                late.add(new Late(looks + 1 + random.nextInt(LONGEST_DELAY), bytes));
            } else if (happens(disturbance.reordered())) {
                arriving.addFirst(bytes);
            } else {
                arriving.addLast(bytes);
            }
        }

        private void land(long time) {
            late.removeIf(each -> {
                boolean due = each.due() <= time;
                if (due) {
                    arriving.addLast(each.bytes());
                }
                return due;
            });
        }

        private static Frame parse(byte[] bytes) throws IOException {
            return FrameCodec.read(new ByteArrayInputStream(bytes));
        }

        private void requireWhole() throws IOException {
            if (broken) {
                throw new IOException("the connection broke");
            }
        }

        @Override
        public void awaitRoom() throws IOException {
            requireWhole();
        }

        @Override
        public void close() {
            broken = true;
        }
    }
}
