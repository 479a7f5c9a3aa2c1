/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.migration;

import io.faultline.api.error.HypervisorException;
import io.faultline.vmm.FrozenGuest;
import io.faultline.vmm.paging.PageSet;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * How the origin hands a guest over.
 *
 * <p>Until {@link #handOver} returns, the guest is the origin's: whatever is thrown before that, the target does not run it
 * and never will, so that the origin may let it go on. After {@link #go}, it is the target's.
 *
 * <p>Every method throws {@link HypervisorException} with MIGRATION_FAILED if the other side refuses, goes away, is silent
 * for too long or breaks the protocol.
 *
 * @since 0.1
 */
public final class OriginHandshake {
    private final FrameChannel channel;
    private final long patienceNanos;

    /**
     * Makes a handshake.
     *
     * @param channel a new connection
     * @param patienceNanos how long to wait for an answer, in nanoseconds of the host
     */
    public OriginHandshake(FrameChannel channel, long patienceNanos) {
        this.channel = channel;
        this.patienceNanos = patienceNanos;
    }

    /**
     * Introduces the origin and waits to be welcome.
     *
     * @param hello who it is
     */
    public void introduce(Frame.Hello hello) {
        send(hello);
        Frame answer = answer("to the introduction");
        if (!(answer instanceof Frame.Welcome)) {
            throw StreamProblem.unexpected(answer, "a welcome");
        }
    }

    /**
     * Sends the guest and waits until the target has it. The target does not run it yet.
     *
     * @param guest the guest
     */
    public void handOver(FrozenGuest guest) {
        byte[] state = guest.state().toBytes();
        if (state.length > TargetHandshake.LONGEST_STATE) {
            throw StreamProblem.failed("the state of the guest is " + state.length + " bytes long, more than "
                    + TargetHandshake.LONGEST_STATE);
        }
        for (int at = 0; at < state.length; at += FrameCodec.LONGEST_PART) {
            int end = Math.min(state.length, at + FrameCodec.LONGEST_PART);
            send(new Frame.State(state.length, at, Arrays.copyOfRange(state, at, end)));
        }
        List<PageSet.Run> runs = guest.pages().pages().runs();
        int at = 0;
        do {
            int end = Math.min(runs.size(), at + FrameCodec.MOST_RUNS);
            send(new Frame.Pages(runs.subList(at, end), end == runs.size()));
            at = end;
        } while (at < runs.size());
        Frame answer = answer("to the guest");
        if (!(answer instanceof Frame.Ready)) {
            throw StreamProblem.unexpected(answer, "ready");
        }
    }

    /**
     * Gives the guest away. If this throws, the target may still have been told.
     *
     * @param pausedNanos how long the guest has stood still
     * @throws IOException if the connection is broken
     */
    public void go(long pausedNanos) throws IOException {
        channel.send(new Frame.Go(pausedNanos));
    }

    private void send(Frame frame) {
        try {
            channel.awaitRoom();
            channel.send(frame);
        } catch (IOException broken) {
            throw refusalOr(broken);
        }
    }

    /** A target that refuses and leaves is worth more than the broken connection that it leaves behind. */
    private HypervisorException refusalOr(IOException broken) {
        try {
            if (channel.receive(0).orElse(new Frame.Alive()) instanceof Frame.Refuse refuse) {
                return refused(refuse);
            }
        } catch (IOException nothing) {
            // It said nothing before it left.
        }
        return StreamProblem.broken("the target went away", broken);
    }

    private Frame answer(String question) {
        try {
            Frame answer = channel.receive(patienceNanos)
                    .orElseThrow(() -> StreamProblem.failed("the target does not answer " + question));
            if (answer instanceof Frame.Refuse refuse) {
                throw refused(refuse);
            }
            return answer;
        } catch (IOException broken) {
            throw StreamProblem.broken("the target went away", broken);
        }
    }

    private static HypervisorException refused(Frame.Refuse refuse) {
        return StreamProblem.failed("the target refuses the guest: " + refuse.reason());
    }
}
