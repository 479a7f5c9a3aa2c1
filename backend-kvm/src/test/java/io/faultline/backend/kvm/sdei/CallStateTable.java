/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import static io.faultline.api.sdei.SdeiFunction.EVENT_COMPLETE;
import static io.faultline.api.sdei.SdeiFunction.EVENT_COMPLETE_AND_RESUME;
import static io.faultline.api.sdei.SdeiFunction.EVENT_CONTEXT;
import static io.faultline.api.sdei.SdeiFunction.EVENT_DISABLE;
import static io.faultline.api.sdei.SdeiFunction.EVENT_ENABLE;
import static io.faultline.api.sdei.SdeiFunction.EVENT_GET_INFO;
import static io.faultline.api.sdei.SdeiFunction.EVENT_REGISTER;
import static io.faultline.api.sdei.SdeiFunction.EVENT_ROUTING_SET;
import static io.faultline.api.sdei.SdeiFunction.EVENT_SIGNAL;
import static io.faultline.api.sdei.SdeiFunction.EVENT_STATUS;
import static io.faultline.api.sdei.SdeiFunction.EVENT_UNREGISTER;
import static io.faultline.api.sdei.SdeiFunction.FEATURES;
import static io.faultline.api.sdei.SdeiFunction.INTERRUPT_BIND;
import static io.faultline.api.sdei.SdeiFunction.INTERRUPT_RELEASE;
import static io.faultline.api.sdei.SdeiFunction.PE_MASK;
import static io.faultline.api.sdei.SdeiFunction.PE_UNMASK;
import static io.faultline.api.sdei.SdeiFunction.PRIVATE_RESET;
import static io.faultline.api.sdei.SdeiFunction.SHARED_RESET;
import static io.faultline.api.sdei.SdeiFunction.VERSION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.sdei.SdeiFunction;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Every row and column of the transition table (sdei.md, 2.5), written out cell by cell: result of the call and state of
 * the event after it. Independent of the table in the dispatcher.
 */
public final class CallStateTable {
    /** The columns. */
    private static final int[] STATES = {0, 1, 3, 5, 7, 4};

    /** A completion does not return: X0 is what it was before the event. */
    private static final long BACK = 0x1234_5678_9ABC_DEF0L;

    private static final int P = SdeiGuest.PRIVATE;
    private static final int S = SdeiGuest.SHARED;
    private static final long ENTRY = SdeiGuest.ENTRY;

    /**
     * A row.
     *
     * @param name what is called
     * @param event the event whose state is looked at
     * @param settings of the dispatcher
     * @param function the call
     * @param arguments X1 and up
     * @param results X0 for each column
     * @param next state for each column
     */
    private record Row(
            String name,
            int event,
            Map<String, String> settings,
            SdeiFunction function,
            long[] arguments,
            long[] results,
            int[] next) {}

    private static long[] x(long... arguments) {
        return arguments;
    }

    private static int[] to(int... states) {
        return states;
    }

    private static Row row(
            String name, int event, SdeiFunction function, long[] arguments, long[] results, int[] next) {
        return new Row(name, event, Map.of(), function, arguments, results, next);
    }

    private static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (int event : new int[] {P, S}) {
            String kind = event == P ? " private" : " shared";
            rows.add(row(
                    "REGISTER" + kind,
                    event,
                    EVENT_REGISTER,
                    x(event, ENTRY, 7, 0, 0),
                    x(0, -3, -3, -3, -3, -3),
                    to(1, 1, 3, 5, 7, 4)));
            rows.add(row("ENABLE" + kind, event, EVENT_ENABLE, x(event), x(-3, 0, 0, 0, 0, -3), to(0, 3, 3, 7, 7, 4)));
            rows.add(
                    row("DISABLE" + kind, event, EVENT_DISABLE, x(event), x(-3, 0, 0, 0, 0, -3), to(0, 1, 1, 5, 5, 4)));
            rows.add(row(
                    "UNREGISTER" + kind,
                    event,
                    EVENT_UNREGISTER,
                    x(event),
                    x(-3, 0, 0, -5, -5, -5),
                    to(0, 0, 0, 4, 4, 4)));
            rows.add(row("STATUS" + kind, event, EVENT_STATUS, x(event), x(0, 1, 3, 5, 7, 4), STATES));
            rows.add(row(
                    "GET_INFO type" + kind,
                    event,
                    EVENT_GET_INFO,
                    x(event, 0),
                    event == P ? x(0, 0, 0, 0, 0, 0) : x(1, 1, 1, 1, 1, 1),
                    STATES));
            rows.add(row("GET_INFO signaled" + kind, event, EVENT_GET_INFO, x(event, 1), x(1, 1, 1, 1, 1, 1), STATES));
            rows.add(row("GET_INFO priority" + kind, event, EVENT_GET_INFO, x(event, 2), x(0, 0, 0, 0, 0, 0), STATES));
            rows.add(row("CONTEXT" + kind, event, EVENT_CONTEXT, x(0), x(-3, -3, -3, BACK, BACK, BACK), STATES));
            rows.add(row(
                    "COMPLETE" + kind,
                    event,
                    EVENT_COMPLETE,
                    x(0),
                    x(-3, -3, -3, BACK, BACK, BACK),
                    to(0, 1, 3, 1, 3, 0)));
            rows.add(row(
                    "RESUME" + kind,
                    event,
                    EVENT_COMPLETE_AND_RESUME,
                    x(0x8000),
                    x(-3, -3, -3, BACK, BACK, BACK),
                    to(0, 1, 3, 1, 3, 0)));
            rows.add(row("BIND" + kind, event, INTERRUPT_BIND, x(20), x(1000, 1000, 1000, 1000, 1000, 1000), STATES));
            rows.add(row("RELEASE" + kind, event, INTERRUPT_RELEASE, x(event), x(-2, -2, -2, -2, -2, -2), STATES));
            long version = 0x0001_0000_0000_0000L;
            rows.add(row(
                    "VERSION" + kind,
                    event,
                    VERSION,
                    x(),
                    x(version, version, version, version, version, version),
                    STATES));
            rows.add(row(
                    "FEATURES" + kind,
                    event,
                    FEATURES,
                    x(0),
                    x(0x3_0003, 0x3_0003, 0x3_0003, 0x3_0003, 0x3_0003, 0x3_0003),
                    STATES));
            // bring() unmasks the PE only to let the handler run
            rows.add(row("MASK" + kind, event, PE_MASK, x(), x(0, 0, 0, 1, 1, 1), STATES));
            rows.add(row("UNMASK" + kind, event, PE_UNMASK, x(), x(0, 0, 0, 0, 0, 0), STATES));
        }
        rows.add(row("ROUTING_SET", S, EVENT_ROUTING_SET, x(S, 1, 1), x(-3, 0, -3, -3, -3, -3), STATES));
        rows.add(row("ROUTING_SET private", P, EVENT_ROUTING_SET, x(P, 1, 1), x(-2, -2, -2, -2, -2, -2), STATES));
        rows.add(row("GET_INFO mode", S, EVENT_GET_INFO, x(S, 3), x(-3, 0, 0, 0, 0, -3), STATES));
        rows.add(row("GET_INFO affinity", S, EVENT_GET_INFO, x(S, 4), x(-3, -2, -2, -2, -2, -3), STATES));
        rows.add(row("GET_INFO mode private", P, EVENT_GET_INFO, x(P, 3), x(-2, -2, -2, -2, -2, -2), STATES));
        rows.add(row("GET_INFO affinity private", P, EVENT_GET_INFO, x(P, 4), x(-2, -2, -2, -2, -2, -2), STATES));
        rows.add(row("GET_INFO unknown", P, EVENT_GET_INFO, x(P, 5), x(-2, -2, -2, -2, -2, -2), STATES));
        rows.add(row("PRIVATE_RESET", P, PRIVATE_RESET, x(), x(0, 0, 0, -3, -3, -3), to(0, 0, 0, 5, 7, 4)));
        rows.add(row("PRIVATE_RESET on shared", S, PRIVATE_RESET, x(), x(0, 0, 0, 0, 0, 0), STATES));
        rows.add(row("SHARED_RESET", S, SHARED_RESET, x(), x(0, 0, 0, -3, -3, -3), to(0, 0, 0, 5, 7, 4)));
        rows.add(row("SHARED_RESET on private", P, SHARED_RESET, x(), x(0, 0, 0, 0, 0, 0), STATES));
        Map<String, String> partial = Map.of("sdei.reset", "partial");
        rows.add(new Row(
                "PRIVATE_RESET partial", P, partial, PRIVATE_RESET, x(), x(0, 0, 0, -3, -3, -3), to(0, 0, 0, 4, 4, 4)));
        rows.add(new Row(
                "SHARED_RESET partial", S, partial, SHARED_RESET, x(), x(0, 0, 0, -3, -3, -3), to(0, 0, 0, 4, 4, 4)));
        // the PE is unmasked only in the last three columns, so the columns of a ready event are elsewhere (SignalTest)
        rows.add(row("SIGNAL masked", 0, EVENT_SIGNAL, x(0, 0), x(-2, -2, -2, -2, 0, -2), STATES));
        rows.add(row("SIGNAL other event", P, EVENT_SIGNAL, x(P, 0), x(-2, -2, -2, -2, -2, -2), STATES));
        return rows;
    }

    /**
     * One cell.
     *
     * @param row the call
     * @param column the state before it
     */
    public record Cell(Row row, int column) {
        /** Settings of the dispatcher that the cell is about. */
        public Map<String, String> settings() {
            return row.settings();
        }

        @Override
        public String toString() {
            return row.name() + " in S" + STATES[column];
        }

        /** Brings a guest with two processors that has done nothing yet into the state, and makes the call. */
        public void check(SdeiGuest guest) {
            int state = STATES[column];
            if (state > 3) {
                guest.arm(0, row.event());
                guest.inject(0, row.event());
                guest.x(0, 0, BACK);
                assertTrue(guest.boundary(0));
                if (state == 5) {
                    guest.disable(0, row.event());
                } else if (state == 4) {
                    guest.unregister(0, row.event());
                }
            } else {
                guest.bring(0, row.event(), state);
            }
            assertEquals(state, guest.status(0, row.event()));

            long result = guest.call(0, row.function(), row.arguments());

            assertEquals(row.results()[column], result);
            assertEquals(row.next()[column], guest.status(0, row.event()));
        }

        /** Whether the call means the same wherever it is made. */
        public boolean isOfNoPe() {
            return row.event() == S && !OF_A_PE.contains(row.function());
        }

        /** Makes the call on another processor than that which the handler runs on. */
        public void checkFromElsewhere(SdeiGuest guest) {
            guest.bring(0, S, STATES[column]);

            assertEquals(row.results()[column], guest.call(1, row.function(), row.arguments()));

            assertEquals(row.next()[column], guest.status(0, S));
            assertEquals(row.next()[column], guest.status(1, S));
        }
    }

    private static final Set<SdeiFunction> OF_A_PE =
            EnumSet.of(EVENT_COMPLETE, EVENT_COMPLETE_AND_RESUME, EVENT_CONTEXT, PE_MASK, PE_UNMASK);

    private CallStateTable() {}

    /** Returns every cell. */
    public static Stream<Cell> cells() {
        return rows().stream()
                .flatMap(row -> IntStream.range(0, STATES.length).mapToObj(column -> new Cell(row, column)));
    }
}
