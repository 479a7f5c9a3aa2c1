/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.memory;

import static io.faultline.backend.xen.memory.MemoryRig.AT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.faultline.backend.xen.ring.FakeCaller;
import io.faultline.backend.xen.ring.Pages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parameters of a domain. */
class HvmOpTest {
    private final HvmParameters parameters = new HvmParameters();
    private final HvmOp call = new HvmOp(parameters, new MemoryRig().domains);
    private final FakeCaller caller = new FakeCaller();

    private long op(long operation, int domain, int index, long value) {
        caller.put16(AT, domain).put32(AT + 4, index).put64(AT + 8, value);
        return caller.call(call, operation, AT);
    }

    @ParameterizedTest(name = "parameter {0}")
    @CsvSource({
        "0, 0, -1",
        "1, 0, -1",
        "2, 0, -1",
        "17, 0, -1",
        "18, 0, -1",
        "28, -1, -1",
        "3, -22, -22",
        "4, -22, -22",
        "16, -22, -22",
        "19, -22, -22",
        "27, -22, -22",
        "38, -22, -22",
        "39, -22, -22",
        "-1, -22, -22",
        "0x7FFFFFFF, -22, -22",
    })
    void aGuestMayReadSomeAndSetNone(String index, long get, long set) {
        for (HvmParameter parameter : HvmParameter.values()) {
            parameters.set(parameter, 0x1_0000_0000L + parameter.index());
        }
        int number = Long.decode(index).intValue();
        assertEquals(get, op(1, MemoryRig.SELF, number, 77));
        assertEquals(get == 0 ? 0x1_0000_0000L + number : 77, caller.get64(AT + 8));
        assertEquals(set, op(0, MemoryRig.SELF, number, 88));
        assertEquals(get, op(1, MemoryRig.SELF, number, 77));
        assertEquals(get == 0 ? 0x1_0000_0000L + number : 77, caller.get64(AT + 8));
    }

    @ParameterizedTest
    @CsvSource({"5, 1, 0", "0x7FF0, 1, 0", "7, 1, -1", "0, 1, -1", "9, 1, -3", "7, 4, -1", "9, 4, -3", "9, 99, -22"})
    void onlyTheOwnDomainCanBeAsked(String domain, int index, long result) {
        assertEquals(result, op(1, Integer.decode(domain), index, 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 17, 18})
    void whatIsNotSetIsZero(int index) {
        assertEquals(0, op(1, MemoryRig.SELF, index, 99));
        assertEquals(0, caller.get64(AT + 8));
    }

    @Test
    void otherOperations() {
        assertEquals(0, caller.call(call, 24, 0));
        assertEquals(-22, caller.call(call, 24, AT));
        assertEquals(-38, caller.call(call, 2, AT));
        assertEquals(-38, caller.call(call, 0x1_0000_0001L, AT), "the operation has 64 bits");
        assertEquals(-14, caller.call(call, 1, 0));
        caller.put16(FakeCaller.READ_ONLY, 5).put32(FakeCaller.READ_ONLY + 4, 1);
        assertEquals(-14, caller.call(call, 1, FakeCaller.READ_ONLY));
    }

    @Test
    void theEventInterruptIsAPpi() {
        assertEquals(0x0200_0000_0000_021FL, HvmParameter.callbackPpi(31));
    }

    @Test
    void parametersAreSavedAndZeroAtReset() {
        parameters.set(HvmParameter.STORE_PFN, -1);
        HvmParameters other = new HvmParameters();
        Pages.restore(other, Pages.save(parameters));
        assertEquals(-1, other.get(HvmParameter.STORE_PFN));
        other.reset();
        assertEquals(0, other.get(HvmParameter.STORE_PFN));
    }
}
