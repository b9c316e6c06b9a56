package health.helan.foundation.delivery.subscription;

import static health.helan.foundation.delivery.DeliveryServer.system;
import static health.helan.foundation.store.testing.StoreForTests.await;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.delivery.DeliveryServer;
import health.helan.foundation.delivery.DeliveryServer.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Subscriptions by websocket: what is bound by whom, what comes over it, what waits. */
class SocketTests {
  private static final DeliveryServer SERVER = DeliveryServer.get();

  /** A socket whose other side takes everything, until it is told not to. */
  private static final class Side implements Conversation.Socket {
    private final List<String> texts = new CopyOnWriteArrayList<>();
    private volatile boolean answers = true;
    private volatile @Nullable String closed;

    @Override
    public boolean say(String text) {
      texts.add(text);
      return closed == null;
    }

    @Override
    public boolean tell(String text) {
      if (closed == null && answers) {
        texts.add(text);
      }
      return closed == null && answers;
    }

    @Override
    public void close(String reason) {
      closed = reason;
    }

    @Override
    public String remote() {
      return "192.0.2.1";
    }

    private List<JsonNode> events() {
      return texts.stream()
          .filter(text -> text.contains("event-notification"))
          .map(text -> Json.MAPPER.readTree(text))
          .toList();
    }

    private List<String> ids() {
      return events().stream()
          .map(bundle -> bundle.path("entry").path(1).path("resource").path("id").asString(""))
          .toList();
    }
  }

  private static String made(Caller caller, boolean backport) {
    String id =
        SERVER.created(
            caller,
            "{'resourceType':'Subscription',"
                + (backport ? "'meta':{'profile':['" + Criteria.PROFILE + "']}," : "")
                + "'status':'requested','reason':'test','criteria':'Observation?code=hb','channel':{'type':'websocket'"
                + (backport ? ",'payload':'application/fhir+json'" : "")
                + "}}");
    await(
        "activation",
        () ->
            SERVER
                .get(caller, "Subscription/" + id)
                .json()
                .path("status")
                .asString()
                .equals("active"));
    return id;
  }

  private static String token(Caller caller, String id) {
    Reply reply = SERVER.get(caller, "Subscription/" + id + "/$get-ws-binding-token");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    assertThat(reply.text()).contains("/subscription-socket").contains("expiration").contains(id);
    return reply.json().path("parameter").path(0).path("valueString").asString();
  }

  @Test
  void pingWhoIsBoundById() {
    Caller ours = system("ws1");
    String id = made(ours, false);
    var side = new Side();
    Conversation conversation = SERVER.subscriptions.converse(ours, side);
    assertThat(conversation.isIdle()).isTrue();
    conversation.hear("bind " + id);
    assertThat(conversation.isIdle()).isFalse();
    assertThat(side.texts).containsExactly("bound " + id);
    String patient = SERVER.patient(ours, "张三");
    SERVER.observation(ours, patient, "other");
    SERVER.observation(ours, patient, "hb");
    await("the ping", () -> side.texts.contains("ping " + id));
    assertThat(SERVER.audited)
        .anySatisfy(
            trace -> {
              assertThat(trace.operation()).isEqualTo("bind");
              assertThat(trace.id()).isEqualTo(id);
              assertThat(trace.remote()).isEqualTo("192.0.2.1");
            })
        .anySatisfy(
            trace -> {
              assertThat(trace.operation()).isEqualTo("subscription");
              assertThat(trace.remote()).isEqualTo("192.0.2.1");
              assertThat(trace.subjects())
                  .containsExactly(
                      SERVER.store.parameters().digests().reference("Patient", patient));
            });
    conversation.end();
  }

  @Test
  void tellWhoIsBoundByTokenInOrderAndKeepTheRest() {
    Caller ours = system("ws2");
    String id = made(ours, true);
    String patient = SERVER.patient(ours, "李四");
    List<String> written = new ArrayList<>();
    // Nobody is bound: what happens waits, and that is no error.
    written.add(SERVER.observation(ours, patient, "hb"));
    String token = token(ours, id);
    var side = new Side();
    // The socket itself was opened by nobody: the token says who.
    Conversation conversation = SERVER.subscriptions.converse(null, side);
    conversation.hear("bind-with-token " + token);
    assertThat(side.texts.getFirst()).contains("handshake");
    await("what waited", () -> side.ids().equals(written));
    written.add(SERVER.observation(ours, patient, "hb"));
    written.add(SERVER.observation(ours, patient, "hb"));
    await("the next", () -> side.ids().equals(written));

    // The other side answers no more: nothing counts as sent, all comes again over the next socket.
    side.answers = false;
    String missed = SERVER.observation(ours, patient, "hb");
    await("the cut", () -> side.closed != null);
    assertThat(SERVER.get(ours, "Subscription/" + id).json().path("status").asString())
        .isEqualTo("active");
    var next = new Side();
    // A token is good once.
    SERVER.subscriptions.converse(null, next).hear("bind-with-token " + token);
    assertThat(next.closed).isEqualTo("login");
    var last = new Side();
    Conversation again = SERVER.subscriptions.converse(null, last);
    again.hear("bind-with-token " + token(ours, id));
    await("what was missed", () -> last.ids().equals(List.of(missed)));
    written.add(missed);

    // By number, as the backport says.
    JsonNode events =
        SERVER.get(ours, "Subscription/" + id + "/$events?eventsSinceNumber=2").json();
    assertThat(events.toString()).contains(written.get(1), missed).doesNotContain(written.get(0));

    // Who binds last gets what is sent.
    var newer = new Side();
    Conversation taken = SERVER.subscriptions.converse(ours, newer);
    taken.hear("bind " + id);
    assertThat(last.closed).isEqualTo("bound elsewhere");
    String latest = SERVER.observation(ours, patient, "hb");
    await("the latest", () -> newer.ids().contains(latest));
    taken.end();
  }

  @Test
  void areRefusedToOthers() {
    Caller ours = system("ws3");
    String id = made(ours, true);
    Caller theirs = system("ws4");
    for (String words :
        List.of(
            "bind " + id,
            "bind nosuch",
            "bind-with-token nosuch",
            "hello",
            "bind " + id + "; drop table")) {
      var side = new Side();
      Conversation conversation = SERVER.subscriptions.converse(theirs, side);
      conversation.hear(words);
      assertThat(side.closed).as(words).isNotNull();
      assertThat(conversation.isIdle()).isTrue();
      assertThat(side.texts).isEmpty();
    }
    var nobody = new Side();
    SERVER.subscriptions.converse(null, nobody).hear("bind " + id);
    assertThat(nobody.closed).isEqualTo("login");
    assertThat(SERVER.get(theirs, "Subscription/" + id + "/$get-ws-binding-token").status())
        .isEqualTo(404);
    assertThat(SERVER.get(ours, "Subscription/$get-ws-binding-token").status()).isEqualTo(400);
    assertThat(SERVER.get(ours, "Subscription/$get-ws-binding-token?id=" + id).status())
        .isEqualTo(200);
    for (Role role : List.of(Role.PRACTITIONER, Role.REGULATOR, Role.OPERATOR, Role.RESIDENT)) {
      Caller other = DeliveryServer.caller(role, "ws3", Binding.NONE);
      assertThat(SERVER.get(other, "Subscription/" + id + "/$get-ws-binding-token").status())
          .isEqualTo(403);
      var side = new Side();
      SERVER.subscriptions.converse(other, side).hear("bind " + id);
      assertThat(side.closed).isEqualTo("forbidden");
    }
    // A sister system whose token is for less than the subscription is about.
    var sister = new Side();
    SERVER.subscriptions.converse(system("ws3", "system/Patient.rs"), sister).hear("bind " + id);
    assertThat(sister.closed).isEqualTo("forbidden");
    // What comes after a refusal is not listened to.
    var rash = new Side();
    Conversation refused = SERVER.subscriptions.converse(ours, rash);
    refused.hear("hello");
    refused.hear("bind " + id);
    assertThat(rash.texts).isEmpty();
    // Who is no longer registered binds nothing by an old token.
    String token = token(ours, id);
    SERVER.dismissed.add(ours.subject());
    var dismissed = new Side();
    SERVER.subscriptions.converse(null, dismissed).hear("bind-with-token " + token);
    assertThat(dismissed.closed).isEqualTo("login");
  }

  @Test
  void haveNeitherEndpointNorPayloadOfR4() {
    Caller ours = system("ws5");
    for (String channel :
        List.of(
            "{'type':'websocket','endpoint':'https://a.example/'}",
            "{'type':'websocket','header':['A: b']}",
            "{'type':'websocket','payload':'application/fhir+json'}",
            "{'type':'message'}")) {
      Reply refused =
          SERVER.send(
              ours,
              "POST",
              "Subscription",
              DeliveryServer.tree(
                      "{'resourceType':'Subscription','status':'requested','reason':'t','criteria':'Observation','channel':"
                          + channel
                          + "}")
                  .toString());
      assertThat(refused.status()).as(channel + refused.text()).isEqualTo(422);
    }
    // One of another kind is not bound.
    String hook =
        SERVER.created(
            ours,
            "{'resourceType':'Subscription','status':'requested','reason':'t','criteria':'Observation','channel':{'type':'rest-hook','endpoint':'http://127.0.0.1:1/hook'}}");
    assertThat(SERVER.get(ours, "Subscription/" + hook + "/$get-ws-binding-token").status())
        .isEqualTo(422);
    SERVER.send(ours, "DELETE", "Subscription/" + hook, null);
  }
}
