/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.scenario;

import io.faultline.api.guest.GuestStep;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * All ways in which one action can fall between the instructions of a program: before the first, between any two, after
 * the last. A program that goes to sleep has no further points. Each way is played on a machine of its own. Stateless.
 *
 * @since 0.1
 */
public final class Interleaving {
    /** Witnessed if the program went to sleep before the other vCPU acted. */
    public static final String SLEPT = "slept";

    private static final int LARGEST_PROGRAM = 500;

    /**
     * One machine on which both are about to begin.
     *
     * @param rig the machine
     * @param code the program of one vCPU
     * @param other what another vCPU does meanwhile
     * @param judge demands what must be true in the end; is told where the action fell
     * @since 0.1
     */
    public record Race(Rig rig, GuestCode code, Runnable other, Consumer<String> judge) {}

    private Interleaving() {}

    /**
     * Plays every interleaving.
     *
     * @param s the scenario
     * @param fresh makes a machine on which both are about to begin
     * @return how many there were
     */
    public static int explore(Scenario s, Supplier<Race> fresh) {
        for (int before = 0; before < LARGEST_PROGRAM; before++) {
            Race race = fresh.get();
            int done = 0;
            boolean sleeps = false;
            while (done < before && !sleeps && !race.code().hasEnded()) {
                sleeps = race.code().step() instanceof GuestStep.Stopped;
                done++;
            }
            boolean last = sleeps || race.code().hasEnded();
            if (sleeps) {
                s.witness(SLEPT);
            }
            s.note("the other vCPU acts after " + done + " instructions");
            race.other().run();
            race.code().finish();
            race.judge().accept("with the other vCPU's call after instruction " + done);
            race.rig().end();
            if (last) {
                return done + 1;
            }
        }
        throw s.failure("program of the race", "to end", "more than " + LARGEST_PROGRAM + " instructions");
    }
}
