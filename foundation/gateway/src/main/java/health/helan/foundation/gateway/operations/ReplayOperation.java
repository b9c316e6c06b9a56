package health.helan.foundation.gateway.operations;

import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.Gateway.Overtaken;
import health.helan.foundation.gateway.Message;
import health.helan.foundation.gateway.Receipt;
import health.helan.foundation.gateway.State;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Refusal;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST $gateway-replay}: carries out a failed message again ({@code id}), with a corrected
 * text if {@code content} is given (Base64; the original stays), or all failed ones of a {@code
 * feed}, the oldest first, of one {@code reason-code} if it is given. {@code overtaken=true} also
 * those whose patient has later messages that are done. Answers with a {@code message} for each:
 * {@code id}, {@code state}, {@code reason}; and {@code rest}, the number of those left for the
 * next call. For operators (without content) and systems of the feed's institution.
 */
final class ReplayOperation implements FhirOperation {
  /** In one call, which has a time limit. */
  private static final int MOST = 200;

  private final Gateway gateway;

  ReplayOperation(Gateway gateway) {
    this.gateway = gateway;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "gateway-replay",
        Set.of(Level.SYSTEM),
        Set.of(),
        true,
        "https://helan.health/fhir/OperationDefinition/gateway-replay");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "gateway-replay");
    Overtaken overtaken =
        "true".equals(call.text("overtaken")) ? Overtaken.ALLOW : Overtaken.REFUSE;
    var shown = new Shown();
    if (call.text("id") != null) {
      Message message = Access.message(gateway, call);
      byte[] content = content(call);
      if (content != null) {
        Access.texts(Access.feed(gateway, message.feed()), call.caller());
      }
      Receipt receipt = gateway.replay(message.id(), content, overtaken, call.caller());
      Shown.receipt(Shown.group(shown.list(), "message"), receipt, call.language());
      return shown.answer();
    }
    Feed feed = Access.feed(gateway, Access.required(call, "feed"));
    List<String> own = Access.feeds(gateway, call.caller());
    if (own != null && !own.contains(feed.name())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "gateway.not-yours");
    }
    String wanted = call.text("reason-code");
    List<Message> failed = failed(feed, wanted);
    int done = 0;
    for (Message message : failed.subList(0, Math.min(MOST, failed.size()))) {
      var parts = Shown.group(shown.list(), "message");
      try {
        Shown.receipt(
            parts, gateway.replay(message.id(), null, overtaken, call.caller()), call.language());
      } catch (Refusal e) {
        if (e.kind() != Refusal.Kind.BUSINESS_RULE) {
          throw e;
        }
        Shown.text(parts, "id", message.id());
        Shown.code(parts, "state", message.state().word());
        Shown.reason(parts, Gateway.reason(e), call.language());
      }
      done++;
    }
    Shown.number(shown.list(), "rest", failed.size() - done);
    return shown.answer();
  }

  /** The oldest first; those that were parked follow by themselves. */
  private List<Message> failed(Feed feed, @Nullable String reason) {
    var found = new ArrayList<Message>();
    String before = null;
    while (true) {
      List<Message> page =
          gateway.find(
              List.of(feed.name()),
              null,
              null,
              null,
              List.of(State.DEAD, State.REFUSED),
              null,
              null,
              before,
              500);
      for (Message message : page) {
        Message.Reason why = message.reason();
        if (reason == null || why != null && why.key().equals(reason)) {
          found.add(message);
        }
      }
      if (page.size() < 500 || found.size() > 50_000) {
        Collections.reverse(found);
        return found;
      }
      before = page.getLast().id();
    }
  }

  static byte @Nullable [] content(Call call) {
    String text = call.text("content");
    if (text == null) {
      return null;
    }
    try {
      return Base64.getMimeDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new Refusal(Refusal.Kind.VALUE, "gateway.parameter-wrong", "content");
    }
  }
}
