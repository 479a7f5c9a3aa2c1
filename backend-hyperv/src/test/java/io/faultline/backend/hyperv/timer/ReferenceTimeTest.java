/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.hwmodel.timer.VirtualClock;
import java.math.BigInteger;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ticks of 100 ns by a counter of 62.5 MHz. */
class ReferenceTimeTest {
    private static final BigInteger SECOND = BigInteger.valueOf(10_000_000);
    private static final BigInteger FREQUENCY = BigInteger.valueOf(VirtualClock.COUNTER_FREQUENCY);

    private final TestHost host = new TestHost(1);
    private final StandardReferenceTime time = new StandardReferenceTime(host);

    @Test
    void thePageGivesExactlyTheTicksOfEveryCountThatThereCanBe() {
        BigInteger scale = new BigInteger(Long.toUnsignedString(new StandardTscParameters().scale()));
        Random random = new Random(9);
        LongStream.concat(
                        LongStream.rangeClosed(0, 10_000),
                        LongStream.generate(() -> random.nextLong() >>> 5 + random.nextInt(40))
                                .limit(10_000))
                .forEach(count -> {
                    BigInteger counts = BigInteger.valueOf(count);
                    BigInteger expected = counts.multiply(SECOND).divide(FREQUENCY);
                    assertEquals(expected, counts.multiply(scale).shiftRight(64));
                    host.now = count * VirtualClock.NANOS_PER_COUNT;
                    assertEquals(expected.longValueExact(), time.now());
                });
    }

    @Test
    void aTickComesWhenItIsThereAndNotBefore() {
        Random random = new Random(10);
        for (int i = 0; i < 10_000; i++) {
            long ticks = random.nextLong() >>> 8 + random.nextInt(50);
            long nanos = time.nanosAt(ticks);
            host.now = nanos;
            assertEquals(ticks, time.now());
            host.now = nanos - 1;
            assertTrue(ticks == 0 || time.now() < ticks);
        }
    }

    @ParameterizedTest
    @CsvSource({"-1", "-9223372036854775808", "9223372036854775807", "92233720368547759"})
    void whatIsAfterTheEndOfTimeNeverComes(long ticks) {
        assertEquals(VirtualClock.NEVER, time.nanosAt(ticks));
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 2", "-3, -2", "-2, 1", "-1, 1"})
    void sequencesLeaveOutWhatMeansInvalid(int before, int after) {
        assertEquals(after, new StandardTscParameters().next(before));
    }
}
