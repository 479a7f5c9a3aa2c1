/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

import static io.faultline.backend.xen.store.MessageType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the guest gets for what it asks. Bars stand for zero bytes. */
class StoreProtocolTest {
    private final StoreRig rig = new StoreRig().withData();
    private final StoreGuest guest = rig.guest;

    @ParameterizedTest(name = "type {0}, {1}")
    @CsvSource(
            delimiter = ';',
            value = {
                "2;data/a|;one",
                "2;/local/domain/5/data/a|;one",
                "2;name|;guest",
                "2;domid|;5",
                "2;memory/target|;262144",
                "2;cpu/1/availability|;online",
                "2;store/port|;1",
                "2;store/ring-ref|;233473",
                "2;console/port|;2",
                "2;console/type|;xenconsoled",
                "2;console/tty|;''",
                "2;vm|;/vm/6661756c-746c-4000-8000-000000000005",
                "2;/vm/6661756c-746c-4000-8000-000000000005/name|;guest",
                "2;control/shutdown|;''",
                "2;control/platform-feature-xs_reset_watches|;1",
                "2;data/x|;ENOENT!",
                "2;name/x/y|;ENOENT!",
                "2;/|;EACCES!",
                "2;/tool/x|;EACCES!",
                "2;/local/domain/7/name|;EACCES!",
                "2;data/a;EINVAL!",
                "2;'';EINVAL!",
                "2;|;EINVAL!",
                "2;a|b|;EINVAL!",
                "2;data//a|;EINVAL!",
                "2;data/|;EINVAL!",
                "2;da.ta|;EINVAL!",
                "2;@releaseDomain|;EINVAL!",
                "1;data|;a|c|",
                "1;data/a|;b|",
                "1;data/a/b|;''",
                "1;device|;suspend|",
                "1;backend|;ENOENT!",
                "1;/local|;EACCES!",
                "1;data;EINVAL!",
                "11;data/new|x;OK|",
                "11;data/deep/er/est|x;OK|",
                "11;data/empty|;OK|",
                "11;control/feature-poweroff|1;OK|",
                "11;name|mine;EACCES!",
                "11;control/other|1;EACCES!",
                "11;/foreign|1;EACCES!",
                "11;data/x;EINVAL!",
                "11;/|x;EACCES!",
                "12;data/dir|;OK|",
                "12;data/a|;OK|",
                "12;name|;EACCES!",
                "12;other|;EACCES!",
                "12;data/..|;EINVAL!",
                "13;data/a|;OK|",
                "13;data/none|;OK|",
                "13;data/none/none|;ENOENT!",
                "13;name|;EACCES!",
                "13;nothing|;EACCES!",
                "13;/|;EACCES!",
                "13;data;EINVAL!",
                "3;data/a|;n5|",
                "3;name|;n0|r5|",
                "3;@releaseDomain|;EACCES!",
                "3;data/none|;ENOENT!",
                "14;data/a|n5|r0|;OK|",
                "14;data/a|b5|w7|r1|;OK|",
                "14;data/a|n0|;EPERM!",
                "14;data/a|n5|r1|r2|r3|r4|r6|;ENOSPC!",
                "14;data/a|;EINVAL!",
                "14;data/a|x5|;EINVAL!",
                "14;data/a|r|;EINVAL!",
                "14;data/a||;EINVAL!",
                "14;data/a|r32752|;EINVAL!",
                "14;data/a|r4294967301|;EINVAL!",
                "14;data/a|r-5|;EINVAL!",
                "14;name|b5|;EACCES!",
                "14;data/none|n5|;ENOENT!",
                "14;@introduceDomain|n5|;EACCES!",
                "4;data|t|;OK|",
                "4;data|t|1|;OK|",
                "4;@releaseDomain|t|;OK|",
                "4;@introduceDomain|t|;OK|",
                "4;@other|t|;EINVAL!",
                "4;data|;EINVAL!",
                "4;data|t|x|;EINVAL!",
                "4;data|t|1|2|;EINVAL!",
                "4;data|t;EINVAL!",
                "4;da ta|t|;EINVAL!",
                "5;data|t|;ENOENT!",
                "5;data|;EINVAL!",
                "10;5|;/local/domain/5|",
                "10;7|;/local/domain/7|",
                "10;65536|;EINVAL!",
                "10;x|;EINVAL!",
                "10;;EINVAL!",
                "17;5|;T|",
                "17;0|;T|",
                "17;7|;T|",
                "17;8|;F|",
                "17;-1|;EINVAL!",
                "21;|;OK|",
                "0;help|;EACCES!",
                "8;5|1|1|;EACCES!",
                "9;5|;EACCES!",
                "18;5|;EACCES!",
                "19;5|6|;EACCES!",
                "15;|;ENOSYS!",
                "16;|;ENOSYS!",
                "20;|;ENOSYS!",
                "23;|;ENOSYS!",
                "-1;|;ENOSYS!",
                "2147483647;|;ENOSYS!",
                "7;T|;ENOENT!",
                "7;X|;EINVAL!",
                "7;T;EINVAL!",
                "22;data|;EINVAL!",
                "22;data|x|;EINVAL!",
                "22;none|0|;ENOENT!",
            })
    void aRequestHasThisAnswer(int type, String payload, String answer) {
        assertEquals(answer == null ? "" : answer, guest.ask(type, payload == null ? "" : payload));
    }

    @Test
    void aRequestInATransactionThatIsNotThereIsRefusedIfItWouldUseIt() {
        for (int type : new int[] {DIRECTORY, READ, WRITE, MKDIR, RM, GET_PERMS, SET_PERMS, DIRECTORY_PART}) {
            assertEquals("ENOENT!", guest.ask(type, 99, "data/a|n5|"), "type " + type);
        }
        assertEquals("ENOENT!", guest.ask(TRANSACTION_START, 99, "|"));
        assertEquals("ENOENT!", guest.ask(TRANSACTION_END, 99, "T|"));
        assertEquals("OK|", guest.ask(WATCH, 99, "data|t|"));
        assertEquals("T|", guest.ask(IS_DOMAIN_INTRODUCED, 99, "5|"));
    }

    @Test
    void whatWasWrittenIsThereWithAllThatWasMissingAbove() {
        guest.ask(WRITE, "data/deep/er/est|x\0y");
        assertEquals("x|y", guest.ask(READ, "data/deep/er/est|"));
        assertEquals("", guest.ask(READ, "data/deep/er|"));
        assertEquals("n5|", guest.ask(GET_PERMS, "data/deep/er|"));
        assertEquals("er|", guest.ask(DIRECTORY, "data/deep|"));
        guest.ask(RM, "data/deep|");
        assertEquals("ENOENT!", guest.ask(READ, "data/deep/er/est|"));
        assertEquals("a|c|", guest.ask(DIRECTORY, "data|"));
    }

    @Test
    void namesAreInOrderAlthoughSomeCharactersAreSmallerThanTheSeparator() {
        for (String name : new String[] {"a-b", "a/z", "a-", "a0", "B", "a-b/x"}) {
            guest.ask(WRITE, "data/" + name + "|");
        }
        assertEquals("B|a|a-|a-b|a0|c|", guest.ask(DIRECTORY, "data|"));
        assertEquals("OK|", guest.ask(RM, "data/a|"));
        assertEquals("B|a-|a-b|a0|c|", guest.ask(DIRECTORY, "data|"));
        assertEquals("x|", guest.ask(DIRECTORY, "data/a-b|"));
    }

    @Test
    void aWatchFiresOnceWhenItIsSetAndThenOnEveryChangeBelow() {
        assertEquals("OK|", guest.ask(WATCH, "data/a|tok|"));
        assertEquals(List.of("data/a|tok|"), guest.events());
        guest.ask(WRITE, "data/a/b|x");
        guest.ask(WRITE, "data/a/n/m|x");
        guest.ask(WRITE, "data/c|x");
        guest.ask(WRITE, "data/a-b|x");
        guest.ask(MKDIR, "data/a|");
        guest.ask(SET_PERMS, "data/a|n5|r0|");
        assertEquals(List.of("data/a/b|tok|", "data/a/n/m|tok|", "data/a|tok|"), guest.events());
        guest.ask(RM, "data/a/n|");
        assertEquals(
                List.of("data/a/n|tok|"), guest.events(), "what is below a removed node is told to its own watches");
        rig.store.write(StoreRig.HOME + "/data/a/b", "host");
        assertEquals(List.of("data/a/b|tok|"), guest.events());
    }

    @Test
    void theAnswerComesBeforeTheEventsOfARequest() {
        guest.ask(WATCH, "data|t|");
        guest.events();
        guest.write(new Message(WRITE, 1, 0, StoreGuest.bytes("data/a\0x")).toBytes());
        assertEquals(WRITE, guest.receive().type());
        assertEquals(WATCH_EVENT, guest.receive().type());
    }

    @Test
    void aWatchOfANodeBelowIsToldWhenANodeAboveGoes() {
        guest.ask(WATCH, StoreRig.HOME + "/data/a/b|t|");
        guest.ask(WATCH, "data/none|u|");
        guest.events();
        guest.ask(RM, "data/a|");
        assertEquals(List.of(StoreRig.HOME + "/data/a/b|t|"), guest.events());
        guest.ask(RM, "data|");
        assertEquals(List.of(), guest.events());
    }

    @Test
    void aWatchWithADepthLooksNoDeeper() {
        guest.ask(WATCH, "data|zero|0|");
        guest.ask(WATCH, "data|one|1|");
        guest.events();
        guest.ask(WRITE, "data/a/b|x");
        guest.ask(WRITE, "data/a|x");
        guest.ask(WRITE, "data|x");
        assertEquals(List.of("data/a|one|", "data|zero|", "data|one|"), guest.events());
    }

    @Test
    void theSameEventIsNotSentTwiceBeforeItIsRead() {
        guest.ask(WATCH, "data|t|");
        guest.events();
        for (int i = 0; i < 20; i++) {
            rig.store.write(StoreRig.HOME + "/data/" + "x".repeat(700) + i % 2, "v");
        }
        assertTrue(guest.events().size() <= 4);
    }

    @Test
    void whatTheGuestMayNotReadIsNotReported() {
        guest.ask(WATCH, "/tool|t|");
        guest.ask(WATCH, "/|u|");
        assertEquals(List.of("/tool|t|", "/|u|"), guest.events(), "setting a watch tells nothing");
        rig.store.write("/tool/x", "1");
        assertEquals(List.of(), guest.events());
        rig.store.permit("/tool/x", "n0", "r5");
        assertEquals(List.of("/tool/x|t|", "/tool/x|u|"), guest.events());
        rig.store.permit("/tool/x", "n0");
        assertEquals(2, guest.events().size(), "it could read it before");
        rig.store.write("/tool/x", "2");
        assertEquals(List.of(), guest.events());
    }

    @Test
    void theSpecialEventsAreForThoseWhoMayKnow() {
        guest.ask(WATCH, "@introduceDomain|i|");
        guest.ask(WATCH, "@releaseDomain|r|");
        assertEquals(List.of("@introduceDomain|i|", "@releaseDomain|r|"), guest.events());
        rig.store.domainIntroduced();
        rig.store.domainReleased();
        assertEquals(List.of(), guest.events());
        rig.store.permit("@releaseDomain", "n0", "r5");
        guest.events();
        rig.store.domainIntroduced();
        rig.store.domainReleased();
        assertEquals(List.of("@releaseDomain|r|"), guest.events());
    }

    @Test
    void aWatchCanBeTakenAwayByPathAndToken() {
        guest.ask(WATCH, "data|t|");
        assertEquals("EEXIST!", guest.ask(WATCH, StoreRig.HOME + "/data|t|"));
        assertEquals("OK|", guest.ask(WATCH, "data|u|"));
        assertEquals("ENOENT!", guest.ask(UNWATCH, "data|v|"));
        assertEquals("OK|", guest.ask(UNWATCH, StoreRig.HOME + "/data|t|"));
        guest.events();
        guest.ask(WRITE, "data/a|x");
        assertEquals(List.of("data/a|u|"), guest.events());
        guest.ask(RESET_WATCHES, "|");
        guest.ask(WRITE, "data/a|y");
        assertEquals(List.of(), guest.events());
    }

    @Test
    void anEventThatIsTooLongIsNotSent() {
        String token = "t".repeat(3000);
        guest.ask(WATCH, "data|" + token + "|");
        guest.events();
        guest.ask(WRITE, "data/" + "n".repeat(1500) + "|x");
        assertEquals(List.of(), guest.events());
        guest.ask(WRITE, "data/" + "n".repeat(500) + "|x");
        assertEquals(1, guest.events().size());
    }

    @Test
    void aTransactionIsSeenByNobodyUntilItEnds() {
        guest.ask(WATCH, "data|t|");
        guest.events();
        int number = begin();
        assertEquals("OK|", guest.ask(WRITE, number, "data/a|inside"));
        assertEquals("OK|", guest.ask(WRITE, number, "data/new/er|x"));
        assertEquals("OK|", guest.ask(RM, number, "data/c|"));
        assertEquals("inside", guest.ask(READ, number, "data/a|"));
        assertEquals("a|new|", guest.ask(DIRECTORY, number, "data|"));
        assertEquals("one", guest.ask(READ, "data/a|"));
        assertEquals("a|c|", guest.ask(DIRECTORY, "data|"));
        assertEquals(List.of(), guest.events());
        assertEquals("OK|", guest.ask(TRANSACTION_END, number, "T|"));
        assertEquals(List.of("data/a|t|", "data/new/er|t|", "data/c|t|"), guest.events());
        assertEquals("inside", guest.ask(READ, "data/a|"));
        assertEquals("a|new|", guest.ask(DIRECTORY, "data|"));
        assertEquals("ENOENT!", guest.ask(TRANSACTION_END, number, "T|"));
    }

    private int begin() {
        String answer = guest.ask(TRANSACTION_START, "|");
        return Integer.parseInt(answer.substring(0, answer.length() - 1));
    }

    @Test
    void aTransactionCanBeGivenUp() {
        int number = begin();
        guest.ask(WRITE, number, "data/a|inside");
        assertEquals("EINVAL!", guest.ask(TRANSACTION_END, number, "maybe|"));
        assertEquals("OK|", guest.ask(TRANSACTION_END, number, "F|"));
        assertEquals("one", guest.ask(READ, "data/a|"));
    }

    @ParameterizedTest(name = "type {0}, {1}: {2}")
    @CsvSource(
            delimiter = ';',
            value = {
                "2;data/a|;EAGAIN!",
                "11;data/a|x;EAGAIN!",
                "1;data/a|;EAGAIN!",
                "2;data/a/b|;OK|",
                "2;data/c|;OK|",
                "1;data|;OK|",
                "11;data/other|x;OK|",
                "13;data|;EAGAIN!",
                "13;data/a|;EAGAIN!",
            })
    void aTransactionThatUsedWhatOthersChangedIsToBeTriedAgain(int type, String payload, String end) {
        int number = begin();
        guest.ask(type, number, payload);
        rig.store.write(StoreRig.HOME + "/data/a", "outside");
        assertEquals(end, guest.ask(TRANSACTION_END, number, "T|"));
    }

    @Test
    void whatComesAndGoesMattersAsMuchAsWhatChanges() {
        int appears = begin();
        assertEquals("ENOENT!", guest.ask(READ, appears, "data/late|"));
        int listed = begin();
        guest.ask(DIRECTORY, listed, "data|");
        guest.ask(WRITE, "data/late|x");
        assertEquals("EAGAIN!", guest.ask(TRANSACTION_END, appears, "T|"));
        assertEquals("EAGAIN!", guest.ask(TRANSACTION_END, listed, "T|"));
        int disappears = begin();
        guest.ask(READ, disappears, "data/late|");
        guest.ask(RM, "data/late|");
        assertEquals("EAGAIN!", guest.ask(TRANSACTION_END, disappears, "T|"));
    }

    @Test
    void aTransactionSeesTheTreeOfItsBeginning() {
        int number = begin();
        guest.ask(WRITE, "data/a|changed");
        guest.ask(RM, "data/c|");
        assertEquals("one", guest.ask(READ, number, "data/a|"));
        assertEquals("a|c|", guest.ask(DIRECTORY, number, "data|"));
        assertEquals("EBUSY!", guest.ask(TRANSACTION_START, number, "|"));
    }

    @Test
    void thereAreTenTransactions() {
        for (int i = 0; i < 10; i++) {
            begin();
        }
        assertEquals("ENOSPC!", guest.ask(TRANSACTION_START, "|"));
        guest.ask(RESET_WATCHES, "|");
        begin();
    }

    @Test
    void thereAre128Watches() {
        for (int i = 0; i < 128; i++) {
            assertEquals("OK|", guest.ask(WATCH, "data|" + i + "|"));
        }
        assertEquals("E2BIG!", guest.ask(WATCH, "data|more|"));
        assertEquals(128, guest.events().size());
    }

    @Test
    void thereAreAThousandNodes() {
        int made = 0;
        String answer = guest.ask(MKDIR, "data/0|");
        while (answer.equals("OK|")) {
            made++;
            answer = guest.ask(MKDIR, "data/" + made % 40 + "/" + made + "|");
        }
        assertEquals("ENOSPC!", answer);
        int owned = rig.store.directory(StoreRig.HOME + "/data").size();
        assertTrue(made > 900 && made < 1000 && owned >= 40, made + " " + owned);
        assertEquals("OK|", guest.ask(WRITE, "data/a|still"));
        assertEquals("OK|", guest.ask(RM, "data/1|"));
        assertEquals("OK|", guest.ask(MKDIR, "data/1|"));
    }

    @Test
    void theThousandHoldForAllTransactionsTogether() {
        int one = begin();
        int two = begin();
        for (int i = 0; i < 480; i++) {
            assertEquals("OK|", guest.ask(MKDIR, one, "error/" + i % 20 + "/" + i + "|"), "" + i);
            assertEquals("OK|", guest.ask(MKDIR, two, "attr/" + i % 20 + "/" + i + "|"), "" + i);
        }
        assertEquals("OK|", guest.ask(TRANSACTION_END, one, "T|"));
        assertEquals("ENOSPC!", guest.ask(TRANSACTION_END, two, "T|"));
    }

    @Test
    void aTransactionLooksAtAThousandNodes() {
        int number = begin();
        String answer = "ENOENT!";
        int looked = 0;
        while (answer.equals("ENOENT!")) {
            answer = guest.ask(READ, number, "data/none" + looked + "|");
            looked++;
        }
        assertEquals("ENOSPC!", answer);
        assertTrue(looked > 1000 && looked < 1030, "" + looked);
    }

    @Test
    void aNodeHas2048Bytes() {
        assertEquals("OK|", guest.ask(WRITE, "data/big|" + "x".repeat(2044)));
        assertEquals("ENOSPC!", guest.ask(WRITE, "data/big|" + "x".repeat(2045)));
        assertEquals("ENOSPC!", guest.ask(WRITE, "data/bigger|" + "x".repeat(2045)));
        assertEquals("ENOENT!", guest.ask(READ, "data/bigger|"));
        assertEquals("OK|", guest.ask(MKDIR, "data/wide|"));
        int count = 0;
        String answer = "OK|";
        while (answer.equals("OK|")) {
            answer = guest.ask(MKDIR, "data/wide/" + "n".repeat(100) + count + "|");
            count++;
        }
        assertEquals("ENOSPC!", answer);
        assertTrue(count > 15 && count < 22, "" + count);
        assertEquals("ENOSPC!", guest.ask(WRITE, "data/wide|" + "x".repeat(200)));
    }

    @Test
    void pathsHaveALargestLength() {
        assertEquals("ENOENT!", guest.ask(READ, "data/" + "x".repeat(2043) + "|"));
        assertEquals("EINVAL!", guest.ask(READ, "data/" + "x".repeat(2044) + "|"));
        assertEquals("EACCES!", guest.ask(READ, "/" + "x".repeat(3071) + "|"));
        assertEquals("EINVAL!", guest.ask(READ, "/" + "x".repeat(3072) + "|"));
    }

    @Test
    void aLongListComesInParts() {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            String name = "a-long-name-of-a-child-in-a-directory-that-does-not-fit-one-message-" + (1000 + i);
            rig.store.write(StoreRig.HOME + "/list/" + name, "");
            all.append(name).append('|');
        }
        assertEquals("E2BIG!", guest.ask(DIRECTORY, "list|"));
        StringBuilder parts = new StringBuilder();
        String generation = null;
        String part = "";
        while (!part.endsWith("||")) {
            part = guest.ask(DIRECTORY_PART, "list|" + parts.length() + "|");
            assertTrue(part.length() <= 4096);
            String first = part.substring(0, part.indexOf('|'));
            assertTrue(generation == null || generation.equals(first));
            generation = first;
            parts.append(part.substring(first.length() + 1));
        }
        assertEquals(all + "|", parts.toString());
        assertEquals(generation + "||", guest.ask(DIRECTORY_PART, "list|" + all.length() + "|"));
        assertEquals(generation + "||", guest.ask(DIRECTORY_PART, "list|999999999|"));
        rig.store.write(StoreRig.HOME + "/list/one-more", "");
        assertTrue(!guest.ask(DIRECTORY_PART, "list|0|").startsWith(generation + "|"));
    }

    @Test
    void aValueOfTheToolstackThatFillsAMessageCanBeRead() {
        rig.store.write(StoreRig.HOME + "/big", "v".repeat(4096));
        assertEquals(4096, guest.ask(READ, "big|").length());
    }

    @Test
    void anotherDomainSeesWhatItIsAllowedTo() throws StoreRefusal {
        Permissions permissions = Permissions.of("w5", "r7", "n8");
        assertTrue(permissions.allow(new StoreClient(7), Permissions.READ));
        assertTrue(!permissions.allow(new StoreClient(7), Permissions.WRITE));
        assertTrue(!permissions.allow(new StoreClient(8), Permissions.WRITE));
        assertTrue(permissions.allow(new StoreClient(9), Permissions.WRITE));
        assertTrue(!permissions.allow(new StoreClient(9), Permissions.READ));
        assertTrue(permissions.allow(new StoreClient(5), Permissions.READ | Permissions.WRITE | Permissions.OWN));
        assertTrue(permissions.allow(StoreClient.TOOLSTACK, Permissions.OWN));
        assertEquals(
                "n4",
                permissions
                        .inheritedBy(new StoreClient(4))
                        .entries()
                        .get(0)
                        .text()
                        .replace('w', 'n'));
    }

    @Test
    void linuxFindsWhatItAsksForInThisOrder() {
        assertEquals("1", guest.ask(READ, "control/platform-feature-xs_reset_watches|"));
        assertEquals("OK|", guest.ask(RESET_WATCHES, "|"));
        assertEquals("OK|", guest.ask(WATCH, "memory/target|ffff|"));
        assertEquals("OK|", guest.ask(WATCH, "control/shutdown|fffe|"));
        assertEquals("OK|", guest.ask(WATCH, "control/sysrq|fffd|"));
        for (String feature : new String[] {"poweroff", "reboot", "suspend"}) {
            assertEquals("OK|", guest.ask(WRITE, "control/feature-" + feature + "|1"));
        }
        assertEquals("ENOENT!", guest.ask(DIRECTORY, "backend|"));
        assertEquals("OK|", guest.ask(WATCH, "backend|fffc|"));
        assertEquals("OK|", guest.ask(WATCH, "device|fffb|"));
        assertEquals("OK|", guest.ask(WATCH, "cpu|fffa|"));
        assertEquals("online", guest.ask(READ, "cpu/0/availability|"));
        assertEquals(6, guest.events().size());
        rig.store.write(StoreRig.HOME + "/control/shutdown", "poweroff");
        assertEquals(List.of("control/shutdown|fffe|"), guest.events());
        int number = begin();
        assertEquals("poweroff", guest.ask(READ, number, "control/shutdown|"));
        assertEquals("OK|", guest.ask(WRITE, number, "control/shutdown|"));
        assertEquals("OK|", guest.ask(TRANSACTION_END, number, "T|"));
        assertEquals("", rig.store.text(StoreRig.HOME + "/control/shutdown").orElseThrow());
    }
}
