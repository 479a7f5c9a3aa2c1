/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.vmm.migration.SimulatedLink.Disturbance;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SimulatedLinkTest {
    private static final int PAGES = 200;

    /** What happened to a guest that touches pages in the order of a seed; every page must come once, and be right. */
    private static List<String> run(Disturbance disturbance, LinkModel model, boolean background, long seed) {
        SimulatedLink link = new SimulatedLink(Pages.store(PAGES), disturbance, seed);
        PostCopySource source = new PostCopySource(5, Pages.store(PAGES).pages(), model, background, link, () -> 0);
        source.start(link.handed());
        Pages sink = new Pages();
        List<String> events = new ArrayList<>();
        Random guest = new Random(1);
        TreeSet<Integer> waiting = new TreeSet<>();
        TreeSet<Integer> here = new TreeSet<>();
        for (long now = 0; !source.isComplete(); now += 1000) {
            assertTrue(now < 100_000_000L, "the guest starves");
            int touched = guest.nextInt(PAGES);
            if (!here.contains(touched) && waiting.add(touched)) {
                source.request(Pages.request(touched, now));
            }
            source.exchange(now);
            source.poll(now, sink);
            for (String event : sink.taken()) {
                events.add(now + " " + event);
                if (event.startsWith("failed")) {
                    waiting.remove(Integer.valueOf(event.substring(7, event.indexOf(':'))));
                } else {
                    int page = Integer.parseInt(event);
                    assertTrue(here.add(page), "page " + page + " came twice");
                    waiting.remove(page);
                }
            }
        }
        assertEquals(PAGES, here.size());
        assertEquals(link.breaks(), source.counters().reconnections());
        assertTrue(link.origin().end().isPresent());
        assertEquals(PAGES, source.counters().urgent() + source.counters().background());
        return events;
    }

    @Test
    void everyPageComesOnceWhateverTheConnectionDoes() {
        Disturbance rough = new Disturbance(300, 300, 300, 50, 20, 5);
        for (long seed = 0; seed < 50; seed++) {
            List<String> events = run(rough, LinkModel.REAL, true, seed);
            assertEquals(events, run(rough, LinkModel.REAL, true, seed), "the same seed gives the same");
        }
    }

    @Test
    void inVirtualTimeTheGuestCannotTellWhatTheConnectionDid() {
        LinkModel model = LinkModel.withLatency(50_000);
        List<String> calm = run(Disturbance.NONE, model, true, 0);
        for (long seed = 1; seed < 40; seed++) {
            assertEquals(calm, run(new Disturbance(300, 300, 300, 0, 20, 5), model, true, seed), "seed " + seed);
        }
    }

    @Test
    void disturbancesReallyHappen() {
        assertEquals(Collections.emptyList(), failures(run(Disturbance.NONE, LinkModel.REAL, false, 1)));
        assertTrue(!failures(run(new Disturbance(0, 0, 0, 300, 0, 0), LinkModel.REAL, false, 1))
                .isEmpty());
        SimulatedLink link = new SimulatedLink(Pages.store(1), new Disturbance(0, 0, 0, 0, 1000, 3), 1);
        PostCopySource source = new PostCopySource(5, Pages.store(1).pages(), LinkModel.REAL, true, link, () -> 0);
        source.start(link.handed());
        for (int i = 0; i < 10; i++) {
            source.exchange(i);
        }
        assertTrue(link.breaks() > 1);
        assertEquals(1, source.counters().missing());
    }

    private static List<String> failures(List<String> events) {
        return events.stream().filter(event -> event.contains("failed")).toList();
    }

    @Test
    void probabilitiesAreThousandths() {
        assertThrows(IllegalArgumentException.class, () -> new Disturbance(1001, 0, 0, 0, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new Disturbance(0, 0, -1, 0, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new Disturbance(0, 0, 0, 0, 0, -1));
    }
}
