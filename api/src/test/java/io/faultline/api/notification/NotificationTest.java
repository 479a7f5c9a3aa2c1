/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.notification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.arm64.InterruptId;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiPriority;
import org.junit.jupiter.api.Test;

class NotificationTest {
    @Test
    void channelsCheckTheirNumbers() {
        new NotificationChannel.SdeiEvent(0, SdeiEventType.PRIVATE, SdeiPriority.NORMAL);
        new NotificationChannel.SdeiEvent(0x4040_0001, SdeiEventType.SHARED, SdeiPriority.CRITICAL);
        new NotificationChannel.EventChannel(1);
        new NotificationChannel.Synic(15, 2047);
        assertRefused(() -> new NotificationChannel.SdeiEvent(-1, SdeiEventType.PRIVATE, SdeiPriority.NORMAL));
        assertRefused(() -> new NotificationChannel.SdeiEvent(0, SdeiEventType.SHARED, SdeiPriority.NORMAL));
        assertRefused(() -> new NotificationChannel.SdeiEvent(0, SdeiEventType.PRIVATE, SdeiPriority.CRITICAL));
        assertRefused(() -> new NotificationChannel.Ppi(new InterruptId(5), Trigger.EDGE));
        assertRefused(() -> new NotificationChannel.EventChannel(0));
        assertRefused(() -> new NotificationChannel.Synic(16, 0));
        assertRefused(() -> new NotificationChannel.Synic(-1, 0));
        assertRefused(() -> new NotificationChannel.Synic(0, 2048));
        assertRefused(() -> new NotificationChannel.Synic(0, -1));
    }

    @Test
    void outcomesSayWhy() {
        assertEquals(DeliveryOutcome.Kind.DELIVERED, DeliveryOutcome.DELIVERED.kind());
        assertEquals(
                new DeliveryOutcome(DeliveryOutcome.Kind.PENDING, "PE is masked"),
                DeliveryOutcome.pending("PE is masked"));
        assertEquals("already pending", DeliveryOutcome.coalesced().detail());
        assertEquals(
                DeliveryOutcome.Kind.REJECTED, DeliveryOutcome.rejected("no").kind());
    }

    private static void assertRefused(org.junit.jupiter.api.function.Executable construction) {
        assertThrows(IllegalArgumentException.class, construction);
    }
}
