package health.helan.app.links;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.app.links.LinkState.Counted;
import health.helan.app.links.LinkState.Look;
import health.helan.app.start.StartRefused;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When a link changes its state, and what may be looked at. */
class LinkStateTests {
  /** Looks as letters: Good, Slow, Failed. */
  @ParameterizedTest
  @CsvSource({
    "G, OK",
    "F, DEGRADED",
    "S, DEGRADED",
    "GF, OK",
    "GFGFGFGF, OK",
    "GFF, DEGRADED",
    "GSS, DEGRADED",
    "GSF, DEGRADED",
    "GFFF, DEGRADED",
    "GFFFF, DOWN",
    "GSSSSSS, DEGRADED",
    "GFFSFFF, DEGRADED",
    "GFFSFFFF, DOWN",
    "GFFGG, DEGRADED",
    "GFFGGG, OK",
    "GFFGGFGG, DEGRADED",
    "GFFFFG, DEGRADED",
    "GFFFFS, DEGRADED",
    "GFFFFGGG, OK",
    "GFFFFGF, DEGRADED",
    "FFFF, DOWN"
  })
  void takesSeveralLooksToChange(String looks, LinkState expected) {
    Counted counted = Counted.NEW;
    for (char letter : looks.toCharArray()) {
      counted =
          counted.after(
              switch (letter) {
                case 'G' -> Look.GOOD;
                case 'S' -> Look.SLOW;
                default -> Look.FAILED;
              });
    }
    assertThat(counted.state()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "10.20.0.0/16, 10.20.255.1, true",
    "10.20.0.0/16, 10.21.0.1, false",
    "192.168.1.7, 192.168.1.7, true",
    "192.168.1.7, 192.168.1.8, false",
    "0.0.0.0/0, 8.8.8.8, true",
    "0.0.0.0/0, ::1, false",
    "fd00::/8, fd12::1, true",
    "fd00::/8, fe80::1, false",
    "10.0.0.0/9, 10.127.255.255, true",
    "10.0.0.0/9, 10.128.0.0, false"
  })
  void holdsForNetworksThatWereNamed(String network, String address, boolean held) {
    assertThat(ProbedNetworks.of(network).hold(InetAddress.ofLiteral(address))).isEqualTo(held);
  }

  @Test
  void holdsForNothingWithoutThem() {
    assertThat(ProbedNetworks.of(null).isEmpty()).isTrue();
    assertThat(ProbedNetworks.of(" ").hold(InetAddress.getLoopbackAddress())).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"everything", "10.0.0.0/33", "10.0.0/8/8", "example.org", "10.0.0.0/-1"})
  void refusesWhatIsNoNetwork(String text) {
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(() -> ProbedNetworks.of(text))
        .withMessageContaining("HELAN_LINK_NETWORKS takes networks")
        .withMessageContaining("网段");
    assertThatExceptionOfType(StartRefused.class).isThrownBy(() -> LinkDoor.pause("soon"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://10.0.0.1/",
        "file:///etc/passwd",
        "gopher://10.0.0.1:70/",
        "mllp://10.0.0.1",
        "http://user:word@10.0.0.1/",
        "http:///x",
        "jar:http://x!/",
        "not an address",
        "",
        "mllp://10.0.0.1:99999",
        "//10.0.0.1/"
      })
  void looksAtNoOtherKindOfAddress(String address) {
    assertThat(LinkProbe.Target.of(address)).isNull();
  }
}
