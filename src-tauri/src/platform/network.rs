//! Whether there is a network, and whether it is another one than before: what the kernel knows of routes.
//!
//! A netlink socket says that something changed; what there is now is read from the kernel's tables. Deliberately not
//! here: whether servers can be reached, which only trying shows.
use super::world::readable;
use futures_util::FutureExt as _;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SocketFlags, SocketType, bind, recv, socket_with};
use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::Duration;
use tidings_engine::WorldChange;
use tokio::io::unix::AsyncFd;
use tokio::sync::Notify;

/// A change of network consists of many; they are looked at together.
const SETTLE: Duration = Duration::from_millis(500);

/// `RTMGRP_LINK`, `RTMGRP_IPV4_IFADDR`, `RTMGRP_IPV4_ROUTE`, `RTMGRP_IPV6_IFADDR`, `RTMGRP_IPV6_ROUTE`
const GROUPS: u32 = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;

/// `RTF_UP`, `RTF_REJECT`, `RTF_ANYCAST`, `RTF_LOCAL`
const UP: u32 = 0x1;
const NO_WAY: u32 = 0x200 | 0x0010_0000 | 0x8000_0000;

/// Addresses of documentation (RFC 5737, RFC 3849): they stand for any that is far away. Nothing is sent to them.
const FAR_AWAY: [&str; 2] = ["192.0.2.1:9", "[2001:db8::1]:9"];

/// Tells of each change, and at first if there is no network. `hint`: the network may lead further than before, though
/// nothing changed that is seen here. Never completes.
pub(super) async fn watch(hint: &Notify, tell: &impl Fn(WorldChange)) {
    if let Err(error) = watch_kernel(hint, tell).await {
        tracing::debug!(%error, "the network cannot be watched");
    }
    // Never told to be gone, then: nobody would tell when it is back.
    loop {
        hint.notified().await;
        tell(WorldChange::NetworkChanged);
    }
}

async fn watch_kernel(hint: &Notify, tell: &impl Fn(WorldChange)) -> io::Result<()> {
    let news = news()?;
    let mut before = Network::now();
    if !before.reaches_anything {
        tracing::info!("no network");
        tell(WorldChange::NetworkGone);
    }
    loop {
        let mut hinted = false;
        tokio::select! {
            came = come(&news) => came?,
            () = hint.notified() => hinted = true,
        }
        tokio::time::sleep(SETTLE).await;
        // Should the kernel say more, it is seen now already, and found to be nothing new then.
        hinted |= hint.notified().now_or_never().is_some();
        let now = Network::now();
        let change = change(&before, &now, hinted);
        tracing::debug!(?now, ?change, "the network");
        before = now;
        if let Some(change) = change {
            tracing::info!(?change, "the network");
            tell(change);
        }
    }
}

/// What is different for connections.
fn change(before: &Network, now: &Network, hinted: bool) -> Option<WorldChange> {
    match (before.reaches_anything, now.reaches_anything) {
        (true, false) => Some(WorldChange::NetworkGone),
        (false, false) => None,
        (false, true) => Some(WorldChange::NetworkChanged),
        (true, true) => (hinted || now != before).then_some(WorldChange::NetworkChanged),
    }
}

/// A socket that becomes readable when links, addresses or routes change.
fn news() -> io::Result<AsyncFd<OwnedFd>> {
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    // No protocol: `NETLINK_ROUTE`, which is 0.
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None)?;
    bind(&socket, &SocketAddrNetlink::new(0, GROUPS))?;
    readable(socket)
}

/// Waits for news, and takes all there are.
async fn come(news: &AsyncFd<OwnedFd>) -> io::Result<()> {
    let mut message = [0; 8];
    let mut came = false;
    loop {
        let mut ready = news.readable().await?;
        loop {
            match ready.try_io(|news| Ok(recv(news, &mut message, RecvFlags::empty())?)) {
                // What it says, the tables say better.
                Ok(Ok(_)) => came = true,
                // There was more than the socket holds.
                Ok(Err(error)) if error.raw_os_error() == Some(rustix::io::Errno::NOBUFS.raw_os_error()) => came = true,
                Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(Err(error)) => return Err(error),
                Err(_) => break,
            }
        }
        if came {
            return Ok(());
        }
    }
}

/// Where packets could go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Network {
    /// More than this computer itself.
    reaches_anything: bool,
    /// Those to other computers.
    routes: BTreeSet<Route>,
    /// The addresses of ours that far-away servers would see, by IPv4 and by IPv6.
    from: [Option<IpAddr>; 2],
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Route {
    interface: String,
    /// As the kernel writes it, with the length or mask of its prefix.
    destination: String,
    /// As the kernel writes it; `None` where the destination is a neighbour.
    gateway: Option<String>,
}

impl Network {
    fn now() -> Self {
        let read = |file: &str| std::fs::read_to_string(Path::new("/proc/self/net").join(file)).unwrap_or_default();
        let routes = routes(&read("route"), &read("ipv6_route"));
        Self::of(routes, FAR_AWAY.map(address_towards), interface)
    }

    /// Without any route in the main table, others may still lead far away.
    fn of(routes: Vec<Route>, from: [Option<IpAddr>; 2], interface: impl Fn(&str) -> Interface) -> Self {
        let any = !routes.is_empty();
        let mut network = Self { reaches_anything: !any && from != [None; 2], routes: BTreeSet::new(), from };
        for route in routes {
            let Interface { down, bridge } = interface(&route.interface);
            if down {
                continue;
            }
            network.reaches_anything = true;
            // Containers and virtual machines on this computer come and go without changing anything for others.
            if !bridge || route.gateway.is_some() {
                network.routes.insert(route);
            }
        }
        network
    }
}

/// What matters of a network interface.
#[derive(Debug, Clone, Copy, Default)]
struct Interface {
    /// No cable, or nobody at its other end.
    down: bool,
    bridge: bool,
}

fn interface(name: &str) -> Interface {
    let folder = Path::new("/sys/class/net").join(name);
    let state = std::fs::read_to_string(folder.join("operstate")).unwrap_or_default();
    Interface { down: matches!(state.trim_end(), "down" | "lowerlayerdown"), bridge: folder.join("bridge").is_dir() }
}

/// The address of ours from which packets to `destination` would go. Nothing is sent.
fn address_towards(destination: &str) -> Option<IpAddr> {
    let destination: SocketAddr = destination.parse().ok()?;
    let any: SocketAddr = if destination.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" }.parse().ok()?;
    let socket = UdpSocket::bind(any).ok()?;
    socket.connect(destination).ok()?;
    Some(socket.local_addr().ok()?.ip()).filter(|address| !address.is_loopback())
}

/// The routes to other computers in `/proc/net/route` and `/proc/net/ipv6_route`.
fn routes(ipv4: &str, ipv6: &str) -> Vec<Route> {
    let ipv4 = ipv4.lines().skip(1).filter_map(|line| {
        let fields: Vec<_> = line.split_ascii_whitespace().collect();
        let [interface, destination, gateway, flags, _, _, _, mask, ..] = fields[..] else { return None };
        Some((flags, interface, format!("{destination}/{mask}"), gateway))
    });
    let ipv6 = ipv6.lines().filter_map(|line| {
        let fields: Vec<_> = line.split_ascii_whitespace().collect();
        let [destination, length, _, _, gateway, _, _, _, flags, interface] = fields[..] else { return None };
        // Neighbours and groups of a link are there as soon as the link is.
        let of_link = destination.starts_with("fe8") || destination.starts_with("ff");
        (!of_link).then(|| (flags, interface, format!("{destination}/{length}"), gateway))
    });
    ipv4.chain(ipv6)
        .filter(|(flags, interface, ..)| {
            let flags = u32::from_str_radix(flags, 16).unwrap_or_default();
            *interface != "lo" && flags & UP != 0 && flags & NO_WAY == 0
        })
        .map(|(_, interface, destination, gateway)| Route {
            interface: interface.to_owned(),
            destination,
            gateway: Some(gateway.to_owned()).filter(|gateway| gateway.bytes().any(|byte| byte != b'0')),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";
    const WIFI: &str = "wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\nwlan0\t0001A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0\n";
    const CABLE: &str = "eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n";
    const CONTAINERS: &str = "docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n";
    const REFUSED: &str = "*\t0000000A\t00000000\t0201\t0\t0\t0\t000000FF\t0\t0\t0\n";
    /// A link without a router: neighbours, groups, addresses of ours, and what the loopback interface has.
    const LINK6: &str = "\
fe800000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001       a0
ff000000000000000000000000000000 08 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001       a0
20010db8000000000000000000000005 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000002 00000000 80200001       a0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
00000000000000000000000000000001 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000002 00000000 80200001       lo
";
    const ROUTER6: &str = "00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000258 00000003 00000000 00450003    wlan0\n";

    /// The network of these tables. Bridges have their usual names; `down` is an interface without a cable.
    fn network(ipv4: &str, ipv6: &str, from: Option<&str>, down: &str) -> Network {
        let from = [from.map(|address| address.parse().unwrap()), None];
        Network::of(routes(&format!("{HEAD}{ipv4}"), ipv6), from, |name| Interface {
            down: name == down,
            bridge: name == "docker0",
        })
    }

    #[test]
    fn a_route_to_anything_but_this_computer_is_a_network() {
        let table = [
            ("nothing", "", "", None, "", false),
            ("loopback and a bare link", "", LINK6, None, "", false),
            ("a router", WIFI, LINK6, Some("192.168.1.5"), "", true),
            ("a router by IPv6", "", ROUTER6, None, "", true),
            ("neighbours without a router", &WIFI[WIFI.find('\n').unwrap() + 1..], "", None, "", true),
            ("a cable that is not plugged in", CABLE, "", Some("10.0.0.5"), "eth0", false),
            ("containers that run", CONTAINERS, "", None, "", true),
            ("containers that do not", CONTAINERS, "", None, "docker0", false),
            ("a refusal", REFUSED, "", None, "", false),
            ("routes in another table alone", "", LINK6, Some("10.64.0.2"), "", true),
        ];
        for (name, ipv4, ipv6, from, down, expected) in table {
            assert_eq!(network(ipv4, ipv6, from, down).reaches_anything, expected, "{name}");
        }
    }

    #[test]
    fn only_what_matters_to_connections_is_a_change() {
        let home = network(WIFI, "", Some("192.168.1.5"), "");
        let gone = network("", LINK6, None, "");
        let table = [
            ("nothing", &home, network(WIFI, "", Some("192.168.1.5"), ""), false, None),
            ("the way to the Internet opened", &home, home.clone(), true, Some(WorldChange::NetworkChanged)),
            ("gone", &home, gone.clone(), false, Some(WorldChange::NetworkGone)),
            ("still gone", &gone, gone.clone(), true, None),
            ("back", &gone, home.clone(), false, Some(WorldChange::NetworkChanged)),
            (
                "another address",
                &home,
                network(WIFI, "", Some("192.168.1.6"), ""),
                false,
                Some(WorldChange::NetworkChanged),
            ),
            (
                "a cable too",
                &home,
                network(&format!("{CABLE}{WIFI}"), "", Some("192.168.1.5"), ""),
                false,
                Some(WorldChange::NetworkChanged),
            ),
            ("containers", &home, network(&format!("{WIFI}{CONTAINERS}"), "", Some("192.168.1.5"), ""), false, None),
            ("a link without a router", &home, network(WIFI, LINK6, Some("192.168.1.5"), ""), false, None),
        ];
        for (name, before, now, hinted, expected) in table {
            assert_eq!(change(before, &now, hinted), expected, "{name}");
        }
    }

    #[test]
    fn the_tables_of_this_kernel_can_be_read() {
        let ipv4 = std::fs::read_to_string("/proc/self/net/route").unwrap();
        for line in ipv4.lines().skip(1) {
            assert!(line.split_ascii_whitespace().count() >= 8, "{line:?}");
        }
        for line in std::fs::read_to_string("/proc/self/net/ipv6_route").unwrap_or_default().lines() {
            assert_eq!(line.split_ascii_whitespace().count(), 10, "{line:?}");
        }
    }
}
