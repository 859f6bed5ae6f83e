using System.Collections.Frozen;

namespace MailCluster.Auth.Abuse;

/// <summary>Bans by network, immutable. Finding one asks once for each prefix length that bans have, longest first.</summary>
internal sealed class BanTable
{
    private readonly FrozenDictionary<ClientNetwork, Ban> _bans;
    private readonly byte[] _ipv4Lengths;
    private readonly byte[] _ipv6Lengths;

    private BanTable(IEnumerable<Ban> bans)
    {
        _bans = bans.ToFrozenDictionary(ban => ban.Network);
        _ipv4Lengths = Lengths(isIpv6: false);
        _ipv6Lengths = Lengths(isIpv6: true);
    }

    public static BanTable Empty { get; } = new([]);

    public IEnumerable<Ban> Bans => _bans.Values;

    public bool IsEmpty => _bans.Count == 0;

    public static BanTable Of(IEnumerable<Ban> bans) => new(bans);

    public bool Has(ClientNetwork network) => _bans.ContainsKey(network);

    public BanTable With(Ban ban) => new(_bans.Values.Where(other => other.Network != ban.Network).Append(ban));

    public BanTable Without(ClientNetwork network) => new(_bans.Values.Where(ban => ban.Network != network));

    /// <summary>The ban that a client falls under; null for none.</summary>
    public Ban? Find(ClientNetwork client)
    {
        foreach (var length in client.IsIpv6 ? _ipv6Lengths : _ipv4Lengths)
        {
            if (length <= client.PrefixLength && _bans.TryGetValue(ClientNetwork.Cut(client.Address, length, client.IsIpv6), out var ban)) return ban;
        }

        return null;
    }

    private byte[] Lengths(bool isIpv6) =>
        [.. _bans.Keys.Where(network => network.IsIpv6 == isIpv6).Select(network => network.PrefixLength).Distinct().OrderDescending()];
}
