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
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every row and column of the transition table (sdei.md, 2.5), written out cell by cell: result of the call and state of
 * the event after it. Independent of the table in the dispatcher.
 */
class CallStateTableTest {
    /** The columns. */
    private static final int[] STATES = {0, 1, 3, 5, 7, 4};

    /** A completion does not return: X0 is what it was before the event. */
    private static final long BACK = 0x1234_5678_9ABC_DEF0L;

    private static final int P = Bench.PRIVATE;
    private static final int S = Bench.SHARED;
    private static final long ENTRY = Bench.ENTRY;

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
            rows.add(row("BIND" + kind, event, INTERRUPT_BIND, x(20), x(-1, -1, -1, -1, -1, -1), STATES));
            rows.add(row("RELEASE" + kind, event, INTERRUPT_RELEASE, x(event), x(-1, -1, -1, -1, -1, -1), STATES));
            long version = 0x0001_0000_0000_0000L;
            rows.add(row(
                    "VERSION" + kind,
                    event,
                    VERSION,
                    x(),
                    x(version, version, version, version, version, version),
                    STATES));
            rows.add(row("FEATURES" + kind, event, FEATURES, x(0), x(0, 0, 0, 0, 0, 0), STATES));
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

    private record Cell(Row row, int column) {
        @Override
        public String toString() {
            return row.name() + " in S" + STATES[column];
        }
    }

    static Stream<Cell> cells() {
        return rows().stream()
                .flatMap(row -> IntStream.range(0, STATES.length).mapToObj(column -> new Cell(row, column)));
    }

    @ParameterizedTest
    @MethodSource("cells")
    void everyCallAnswersAndChangesTheStateAsTheTableSays(Cell cell) {
        Row row = cell.row();
        Bench bench = new Bench(2, row.settings());
        FakePe pe = bench.pes.get(0);
        int state = STATES[cell.column()];
        if (state > 3) {
            bench.arm(0, row.event());
            bench.inject(0, row.event());
            pe.x[0] = BACK;
            assertTrue(bench.boundary(0));
            if (state == 5) {
                bench.disable(0, row.event());
            } else if (state == 4) {
                bench.unregister(0, row.event());
            }
        } else {
            bench.bring(0, row.event(), state);
        }
        assertEquals(state, bench.status(0, row.event()));

        long result = bench.call(0, row.function(), row.arguments());

        assertEquals(row.results()[cell.column()], result);
        assertEquals(row.next()[cell.column()], bench.status(0, row.event()));
    }

    @ParameterizedTest
    @MethodSource("cells")
    void aSharedEventHasTheSameStateSeenFromAnotherPe(Cell cell) {
        Row row = cell.row();
        if (row.event() != S || row.function() == EVENT_COMPLETE || row.function() == EVENT_COMPLETE_AND_RESUME) {
            return;
        }
        if (row.function() == EVENT_CONTEXT || row.function() == PE_MASK || row.function() == PE_UNMASK) {
            return;
        }
        Bench bench = new Bench(2, row.settings());
        bench.bring(0, S, STATES[cell.column()]);

        assertEquals(row.results()[cell.column()], bench.call(1, row.function(), row.arguments()));

        assertEquals(row.next()[cell.column()], bench.status(0, S));
        assertEquals(row.next()[cell.column()], bench.status(1, S));
    }
}
