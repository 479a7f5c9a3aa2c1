/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.HypervisorException;
import io.faultline.vmm.paging.PageSet;
import io.faultline.vmm.paging.PageStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class PageServerTest {
    private final PageServer server = new PageServer(Pages.store(10));

    private void ask(int page, boolean urgent) {
        server.accept(new Frame.Request(Pages.page(page), urgent));
    }

    /** Sends everything that waits; the numbers of the pages. */
    private List<String> drain() {
        List<String> pages = new ArrayList<>();
        while (server.hasNext()) {
            Frame answer = server.next();
            if (answer instanceof Frame.Page page) {
                pages.add(page.page() / 4096 + (page.content().length == 0 ? " zero" : ""));
            } else if (answer instanceof Frame.Failed failed) {
                pages.add("failed " + failed.page() / 4096);
            }
        }
        return pages;
    }

    private String failure(Frame frame) {
        return assertThrows(HypervisorException.class, () -> server.accept(frame))
                .attempted();
    }

    @Test
    void urgentPagesGoFirst() {
        ask(1, false);
        ask(2, false);
        ask(3, true);
        ask(2, true);
        ask(0, false);
        assertEquals(List.of("3", "2", "1", "0 zero"), drain());
        assertEquals(new PageServer.Sent(2, 2, 0, 0), server.counters());
        assertThrows(NoSuchElementException.class, server::next);
    }

    @Test
    void aPageIsSentOnceOverAConnection() {
        ask(1, true);
        ask(1, false);
        ask(1, true);
        assertEquals(List.of("1"), drain());
        ask(1, true);
        ask(1, false);
        assertFalse(server.hasNext());
    }

    @Test
    void afterANewConnectionWhatIsMissingIsSentAgain() {
        ask(1, true);
        ask(2, true);
        assertEquals(List.of("1", "2"), drain());
        ask(3, true);
        server.reconnected();
        assertFalse(server.hasNext(), "what was asked over the old one is forgotten");
        server.accept(new Frame.Missing(List.of(new PageSet.Run(Pages.page(2), 1)), false));
        server.accept(new Frame.Missing(List.of(new PageSet.Run(Pages.page(3), 2)), true));
        ask(2, true);
        ask(3, true);
        assertEquals(List.of("2", "3"), drain());
        assertEquals(1, server.counters().again());
    }

    @Test
    void aTargetThatContradictsItselfIsRefused() {
        assertEquals(
                "the other side sent Missing instead of a request for a page",
                failure(new Frame.Missing(List.of(), true)));
        assertEquals("the other side sent Go instead of a request for a page", failure(new Frame.Go(1)));
        server.reconnected();
        assertTrue(failure(new Frame.Missing(List.of(new PageSet.Run(0x200_0000, 1)), true))
                .startsWith("the target sent a wrong map of pages"));
        server.reconnected();
        server.accept(new Frame.Missing(List.of(new PageSet.Run(Pages.page(2), 1)), true));
        server.reconnected();
        assertEquals(
                "the target misses page 0x1000, which the guest does not have or the target said it had",
                failure(new Frame.Missing(List.of(new PageSet.Run(Pages.page(1), 1)), true)));
    }

    @Test
    void requestsForPagesThatAreNotThereEnd() {
        for (int i = 0; i < 1024; i++) {
            ask(10 + i, true);
        }
        assertEquals("failed 10", drain().get(0));
        assertEquals(1024, server.counters().failures());
        assertEquals(
                "the target asks for pages that the guest does not have",
                failure(new Frame.Request(Pages.page(11), true)));
    }

    @Test
    void aPageThatCouldNotBeReadMayBeAskedForAgain() {
        boolean[] works = {false};
        PageStore store = Pages.store(2);
        PageServer flaky = new PageServer(new PageStore() {
            @Override
            public PageSet pages() {
                return store.pages();
            }

            @Override
            public boolean contains(long page) {
                return store.contains(page);
            }

            @Override
            public byte[] read(long page) throws IOException {
                if (!works[0]) {
                    throw new IOException("not now");
                }
                return store.read(page);
            }
        });
        flaky.accept(new Frame.Request(Pages.page(1), true));
        assertEquals(new Frame.Failed(Pages.page(1), "not now"), flaky.next());
        works[0] = true;
        flaky.accept(new Frame.Request(Pages.page(1), true));
        assertTrue(flaky.next() instanceof Frame.Page);
    }

    @Test
    void hearsThatTheGuestRunsAndThatAllIsOver() {
        assertFalse(server.isRunning());
        server.accept(new Frame.Running());
        assertTrue(server.isRunning());
        assertTrue(server.end().isEmpty());
        server.accept(new Frame.End(true, "all"));
        assertEquals(new Frame.End(true, "all"), server.end().orElseThrow());
    }
}
