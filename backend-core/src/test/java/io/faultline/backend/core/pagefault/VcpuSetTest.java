/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VcpuSetTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 63, 64, 65, 512, VcpuSet.LIMIT})
    void membersAreFoundInTheirOrder(int vcpus) {
        Random random = new Random(vcpus);
        VcpuSet set = new VcpuSet(vcpus);
        TreeSet<Integer> expected = new TreeSet<>();
        for (int step = 0; step < 2000; step++) {
            int vcpu = random.nextInt(vcpus);
            boolean member = random.nextInt(4) == 0;
            set.set(vcpu, member);
            if (member) {
                expected.add(vcpu);
            } else {
                expected.remove(vcpu);
            }
            int from = random.nextInt(vcpus + 1);
            Integer next = expected.ceiling(from);
            assertEquals(next == null ? -1 : next, set.next(from), "from " + from + " in " + expected);
        }
    }
}
