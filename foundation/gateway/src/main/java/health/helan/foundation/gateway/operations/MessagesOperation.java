package health.helan.foundation.gateway.operations;

import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.Message;
import health.helan.foundation.gateway.State;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Refusal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code $gateway-messages}: the journal, the newest first. Narrowed by {@code feed}, {@code type}
 * ({@code ADT} or {@code ADT^A01}), {@code control}, {@code state} (several, comma between; {@code
 * open}: all that wait for an operator), {@code since}, {@code until}, {@code patient} (id of a
 * Patient); {@code count} (50), {@code before} (id of the last one of the page before). For
 * operators, and systems of the feeds' institution.
 */
final class MessagesOperation implements FhirOperation {
  private static final int MOST = 500;

  private final Gateway gateway;

  MessagesOperation(Gateway gateway) {
    this.gateway = gateway;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "gateway-messages",
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/gateway-messages");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "gateway-messages");
    List<String> feeds = Access.feeds(gateway, call.caller());
    String feed = call.text("feed");
    if (feed != null) {
      feeds = feeds == null || feeds.contains(feed) ? List.of(feed) : List.of();
    }
    String patient = call.text("patient");
    if (patient != null
        && !call.caller().isRoot()
        && Access.feeds(gateway, call.caller()) == null) {
      // Whether somebody is a patient anywhere is nothing an operator may ask.
      throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-operate", "gateway");
    }
    List<Message> found =
        gateway.find(
            feeds,
            call.text("type"),
            call.text("control"),
            patient,
            states(call.text("state")),
            time(call, "since"),
            time(call, "until"),
            call.text("before"),
            count(call.text("count")));
    var shown = new Shown();
    for (Message message : found) {
      Shown.message(Shown.group(shown.list(), "message"), message, call.language());
    }
    return shown.answer();
  }

  private static List<State> states(@Nullable String text) {
    var states = new ArrayList<State>();
    if (text != null) {
      for (String word : text.split(",")) {
        if (word.equals("open")) {
          for (State state : State.values()) {
            if (state.isForOperator()) {
              states.add(state);
            }
          }
        } else {
          try {
            states.add(State.valueOf(word.strip().toUpperCase(Locale.ROOT)));
          } catch (IllegalArgumentException e) {
            throw new Refusal(Refusal.Kind.VALUE, "gateway.parameter-wrong", "state");
          }
        }
      }
    }
    return states;
  }

  private static @Nullable Instant time(Call call, String name) {
    String text = call.text(name);
    try {
      return text == null ? null : java.time.OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new Refusal(Refusal.Kind.VALUE, "gateway.parameter-wrong", name);
    }
  }

  private static int count(@Nullable String text) {
    if (text == null) {
      return 50;
    }
    if (!text.matches("[1-9]\\d{0,2}") || Integer.parseInt(text) > MOST) {
      throw new Refusal(Refusal.Kind.VALUE, "gateway.parameter-wrong", "count");
    }
    return Integer.parseInt(text);
  }
}
