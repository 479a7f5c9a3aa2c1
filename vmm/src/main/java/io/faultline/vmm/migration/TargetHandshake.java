/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.migration;

import io.faultline.api.error.HypervisorException;
import io.faultline.vmm.GuestState;
import io.faultline.vmm.paging.PageSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;

/**
 * How the target takes a guest over.
 *
 * <p>The guest is the origin's until {@link #awaitGo} returns; the target must not run it before, whatever happens.
 *
 * <p>Every method throws {@link HypervisorException} with MIGRATION_FAILED if the other side ends the move, goes away, is
 * silent for too long or breaks the protocol.
 *
 * @since 0.1
 */
public final class TargetHandshake {
    /** The longest state that a target takes, in bytes: 256 MiB. */
    public static final int LONGEST_STATE = 256 << 20;

    private final FrameChannel channel;
    private final long patienceNanos;

    /**
     * What the origin sends.
     *
     * @param state the guest
     * @param pages the pages that follow
     */
    public record Arrival(GuestState state, PageSet pages) {}

    /**
     * Makes a handshake.
     *
     * @param channel a new connection
     * @param patienceNanos how long to wait for what must come at once, in nanoseconds of the host
     */
    public TargetHandshake(FrameChannel channel, long patienceNanos) {
        this.channel = channel;
        this.patienceNanos = patienceNanos;
    }

    /**
     * Waits for the introduction of the other side.
     *
     * @return who it is
     */
    public Frame.Hello introduction() {
        Frame frame = next(patienceNanos, "introduces itself");
        if (frame instanceof Frame.Hello hello) {
            return hello;
        }
        throw StreamProblem.unexpected(frame, "an introduction");
    }

    /** Lets the origin go on. */
    public void welcome() {
        send(new Frame.Welcome());
    }

    /**
     * Ends the move. Never throws: the other side may be gone.
     *
     * @param reason one clause for people
     */
    public void refuse(String reason) {
        try {
            channel.send(new Frame.Refuse(reason));
        } catch (IOException gone) {
            // Nobody is left to be told.
        }
    }

    /**
     * Waits for the guest, which the origin may run for as long as it likes before it sends it.
     *
     * @return the guest
     * @throws HypervisorException also with INVALID_STATE if the state is damaged
     */
    public Arrival guest() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Frame frame = next(FrameChannel.FOR_EVER, "sends the guest");
        int total = -1;
        while (frame instanceof Frame.State part) {
            boolean fits = part.total() >= 1
                    && part.total() <= LONGEST_STATE
                    && (total < 0 || part.total() == total)
                    && part.offset() == bytes.size()
                    && part.part().length >= 1
                    && part.part().length <= part.total() - part.offset();
            if (!fits) {
                throw StreamProblem.failed("the origin sent parts of a state that do not fit together");
            }
            total = part.total();
            bytes.writeBytes(part.part());
            frame = next(patienceNanos, "goes on");
        }
        if (bytes.size() != total) {
            throw StreamProblem.unexpected(frame, "the state of a guest");
        }
        GuestState state = GuestState.fromBytes(bytes.toByteArray());
        return new Arrival(state, map(frame, new PageSet(state.shape().memory())));
    }

    private PageSet map(Frame first, PageSet pages) {
        Frame frame = first;
        while (true) {
            if (!(frame instanceof Frame.Pages part)) {
                throw StreamProblem.unexpected(frame, "the map of pages");
            }
            if (part.runs().isEmpty() && !part.last()) {
                throw StreamProblem.failed("the origin sent an empty part of the map of pages");
            }
            try {
                part.runs().forEach(pages::addAll);
            } catch (IllegalArgumentException wrong) {
                throw StreamProblem.failed("the origin sent a wrong map of pages: " + wrong.getMessage());
            }
            if (part.last()) {
                return pages;
            }
            frame = next(patienceNanos, "goes on");
        }
    }

    /** Says that the target has the guest and will run it when it is told to. */
    public void ready() {
        send(new Frame.Ready());
    }

    /**
     * Waits until the origin gives the guest away.
     *
     * @param session the move
     * @param reconnection gets another connection
     * @return the word of the origin
     */
    public Handed awaitGo(long session, Reconnection reconnection) {
        try {
            Frame frame = channel.receive(patienceNanos)
                    .orElseThrow(() -> StreamProblem.failed("the origin does not give the guest away"));
            if (frame instanceof Frame.Go go) {
                return new Handed(channel, Optional.of(go.pausedNanos()));
            }
            if (frame instanceof Frame.Refuse refuse) {
                throw StreamProblem.failed("the origin keeps the guest: " + refuse.reason());
            }
            throw StreamProblem.unexpected(frame, "the word to go");
        } catch (IOException broken) {
            return awaitRecovery(session, reconnection);
        }
    }

    /** An origin asks for recovery only after it has given the guest away. */
    private static Handed awaitRecovery(long session, Reconnection reconnection) {
        try {
            while (true) {
                Optional<FrameChannel> next = reconnection.await(FrameChannel.FOR_EVER, session);
                if (next.isPresent()) {
                    return new Handed(next.get(), Optional.empty());
                }
            }
        } catch (IOException over) {
            throw StreamProblem.broken(
                    "the origin went away before it gave the guest away, which was not started here", over);
        }
    }

    /**
     * The guest is the target's.
     *
     * @param channel the connection from now on
     * @param pausedNanos how long the guest stood still at the origin; empty if the connection is one of recovery, which is
     *     to be told what is missing
     */
    public record Handed(FrameChannel channel, Optional<Long> pausedNanos) {}

    private void send(Frame frame) {
        try {
            channel.send(frame);
        } catch (IOException broken) {
            throw StreamProblem.broken("the origin went away", broken);
        }
    }

    private Frame next(long nanos, String what) {
        try {
            Frame frame = channel.receive(nanos)
                    .orElseThrow(() -> StreamProblem.failed(
                            "the origin is silent; it neither " + what + " nor says that it will not"));
            if (frame instanceof Frame.Refuse refuse) {
                throw StreamProblem.failed("the origin keeps the guest: " + refuse.reason());
            }
            return frame;
        } catch (IOException broken) {
            throw StreamProblem.broken("the origin went away", broken);
        }
    }
}
