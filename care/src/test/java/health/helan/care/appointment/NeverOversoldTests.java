package health.helan.care.appointment;

import static health.helan.care.appointment.BookingServer.resident;
import static health.helan.care.appointment.BookingServer.rule;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.care.appointment.BookingServer.Hospital;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All at once: no place is sold twice, no resident gets two, everybody gets an answer. */
class NeverOversoldTests {
  private static final BookingServer SERVER = BookingServer.get();

  private record Call(Caller caller, String patient, List<String> slots) {}

  private static List<Reply> allAtOnce(List<Call> calls, boolean books) throws Exception {
    var gate = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var futures = new ArrayList<Future<Reply>>();
      for (Call call : calls) {
        futures.add(
            threads.submit(
                () -> {
                  gate.await();
                  String[] slots = call.slots.toArray(String[]::new);
                  return books
                      ? SERVER.book(call.caller, call.patient, slots)
                      : SERVER.hold(call.caller, call.patient, slots);
                }));
      }
      gate.countDown();
      var replies = new ArrayList<Reply>();
      for (Future<Reply> future : futures) {
        replies.add(future.get());
      }
      return replies;
    }
  }

  @Test
  @Timeout(300)
  void twoThousandCallersOnAHundredSlots() throws Exception {
    Hospital hospital = SERVER.new Hospital();
    List<List<String>> byDoctor = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      byDoctor.add(hospital.doctor(rule("08:00:00", "13:00:00", 1)).slots());
    }
    List<String> patients = SERVER.patients(1_500);
    // 500 residents try two times of the same doctor at the same moment, each from another device.
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      String patient = patients.get(i % 1_500);
      List<String> slots = byDoctor.get(i % 1_500 % 10);
      int turn = i / 1_500 * 3;
      calls.add(new Call(resident(patient), patient, List.of(slots.get((i / 10 + turn) % 10))));
    }
    List<Reply> replies = allAtOnce(calls, true);

    var sold = new ArrayList<String>();
    var winners = new ArrayList<String>();
    for (int i = 0; i < replies.size(); i++) {
      Reply reply = replies.get(i);
      if (reply.status() == 200) {
        sold.add(
            BookingServer.appointment(reply).path("slot").path(0).path("reference").asString());
        winners.add(calls.get(i).patient);
      } else {
        assertThat(reply.status()).as(reply.text()).isIn(409, 422);
        assertThat(reply.said()).containsAnyOf("All places", "with this doctor");
      }
    }
    assertThat(sold).hasSize(100).doesNotHaveDuplicates();
    assertThat(winners).doesNotHaveDuplicates();
    assertThat(
            SERVER.number(
                "select count(*) from booking where institution = '%s' and state = 'booked'"
                    .formatted(hospital.id)))
        .isEqualTo(100);
    assertThat(
            SERVER.number(
                """
                select count(*) from booking_place p join booking_slot s on s.home = p.home and s.slot = p.slot
                where s.institution = '%s' and s.day = '%s' and p.appointment is null"""
                    .formatted(hospital.id, BookingServer.tomorrow())))
        .isZero();
  }

  @Test
  @Timeout(300)
  void oneSlotOfManyPlacesSellsEachOnceWhileSomeAreHeldBack() throws Exception {
    Hospital hospital = SERVER.new Hospital();
    // 40 places, 6 of them held back.
    String slot =
        hospital
            .doctor(
                rule("08:00:00", "08:30:00", 40, ",{'url':'referral-hours','valueUnsignedInt':1}"))
            .slots()
            .getFirst();
    List<Call> calls =
        SERVER.patients(200).stream()
            .map(patient -> new Call(resident(patient), patient, List.of(slot)))
            .toList();
    List<Reply> replies = allAtOnce(calls, false);
    assertThat(replies.stream().filter(reply -> reply.status() == 200)).hasSize(34);
    assertThat(replies.stream().filter(reply -> reply.status() == 409)).hasSize(166);
  }

  @Test
  @Timeout(300)
  void manyWhoWantTheSameThreeThingsCrosswiseNeverWaitForEachOther() throws Exception {
    Hospital hospital = SERVER.new Hospital();
    List<String> doctor = hospital.doctor(rule("08:00:00", "13:00:00", 1)).slots();
    List<String> room = SERVER.slotsOf(hospital.place("手术间", rule("08:00:00", "13:00:00", 1)));
    List<String> machine = SERVER.slotsOf(hospital.place("C 臂机", rule("08:00:00", "13:00:00", 1)));
    List<Call> calls = new ArrayList<>();
    for (String patient : SERVER.patients(200)) {
      int i = calls.size() % 10;
      List<String> three = new ArrayList<>(List.of(doctor.get(i), room.get(i), machine.get(i)));
      Collections.shuffle(three, new java.util.Random(calls.size()));
      calls.add(new Call(resident(patient), patient, three));
    }
    List<Reply> replies = allAtOnce(calls, true);
    Set<String> sold = new HashSet<>();
    int booked = 0;
    for (Reply reply : replies) {
      assertThat(reply.status()).as(reply.text()).isIn(200, 409);
      if (reply.status() == 200) {
        booked++;
        BookingServer.appointment(reply)
            .path("slot")
            .forEach(one -> sold.add(one.path("reference").asString()));
      }
    }
    // Who finds one of three being taken gives up at once, so that a set of three may stay free:
    // never half of one, never one twice.
    assertThat(sold).hasSize(booked * 3);
    assertThat(booked).isPositive();
    assertThat(
            SERVER.number(
                """
                select count(*) from booking_place p join booking_slot s on s.home = p.home and s.slot = p.slot
                where s.institution = '%s' and p.appointment is not null"""
                    .formatted(hospital.id)))
        .isEqualTo(booked * 3L);
  }
}
