/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CallStateTableTest {
    static Stream<CallStateTable.Cell> cells() {
        return CallStateTable.cells();
    }

    static Stream<CallStateTable.Cell> cellsOfNoPe() {
        return CallStateTable.cells().filter(CallStateTable.Cell::isOfNoPe);
    }

    @ParameterizedTest
    @MethodSource("cells")
    void everyCallAnswersAndChangesTheStateAsTheTableSays(CallStateTable.Cell cell) {
        cell.check(new Bench(2, cell.settings()));
    }

    @ParameterizedTest
    @MethodSource("cellsOfNoPe")
    void aSharedEventHasTheSameStateSeenFromAnotherPe(CallStateTable.Cell cell) {
        cell.checkFromElsewhere(new Bench(2, cell.settings()));
    }
}
