using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MailCluster.Auth.Abuse;
using MailCluster.Mailboxes;

namespace MailCluster.Edge;

// How many connections an address or an account has, in the whole cluster.
//
// The problem: limits of an address and of an account are against somebody who takes all there is to take. Counted by each node for itself, they grow with the
// cluster: who spreads over nodes gets a multiple. Asking the others at each login would cost a round trip and would make a login fail with a node that is away.
//
// What is done: each node counts its own connections exactly, and tells the others how many it has (ClusterCounts). A limit is compared with the sum of
// both. So nothing is waited for, and what is lost or late makes a limit a little lax, or a little strict, for a moment.

/// <summary>Connections by address and by account, held against their limits.</summary>
internal sealed class ConnectionCounts
{
    private readonly ClusterCounts _cluster;
    private readonly LimitedCount _addresses;
    private readonly LimitedCount _accounts;
    private readonly LimitedCount _accountsAndAddresses;

    public ConnectionCounts(EdgeLimits limits, ConnectionHeartbeat heartbeat, INeighbours neighbours)
    {
        _addresses = new LimitedCount(limits.ConnectionsPerAddress);
        _accounts = new LimitedCount(limits.ConnectionsPerAccount);
        _accountsAndAddresses = new LimitedCount(limits.ConnectionsPerAccountAndAddress);
        _cluster = new ClusterCounts([_addresses, _accounts, _accountsAndAddresses], heartbeat, neighbours);
    }

    public bool TryEnterAddress(ClientNetwork address) => TryEnter(_addresses, Key("address", null, address));

    public void LeaveAddress(ClientNetwork address) => Leave(_addresses, Key("address", null, address));

    public bool TryEnterAccount(string protocol, AccountId account, ClientNetwork address)
    {
        var both = Key(protocol, account, address);
        if (!TryEnter(_accountsAndAddresses, both)) return false;
        if (TryEnter(_accounts, Key(protocol, account, null))) return true;
        Leave(_accountsAndAddresses, both);
        return false;
    }

    public void LeaveAccount(string protocol, AccountId account, ClientNetwork address)
    {
        Leave(_accounts, Key(protocol, account, null));
        Leave(_accountsAndAddresses, Key(protocol, account, address));
    }

    private bool TryEnter(LimitedCount count, ulong key)
    {
        if (!count.TryEnter(key, _cluster.Elsewhere(key), out var here)) return false;
        _cluster.Changed(count, key, here);
        return true;
    }

    private void Leave(LimitedCount count, ulong key) => _cluster.Changed(count, key, count.Leave(key) + 1);

    // The same on all nodes; 64 bits of a hash, so that nobody makes names that count as somebody else's.
    private static ulong Key(string protocol, AccountId? account, ClientNetwork? address)
    {
        var name = account?.Value ?? "";
        Span<byte> text = stackalloc byte[512];
        var size = Encoding.UTF8.GetMaxByteCount(protocol.Length + name.Length) + 2 + ClientNetwork.Size;
        if (size > text.Length) text = new byte[size];
        text.Clear();
        var length = Encoding.UTF8.GetBytes(protocol, text) + 1;
        length += Encoding.UTF8.GetBytes(name, text[length..]) + 1;
        address?.Write(text[length..]);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..(length + ClientNetwork.Size)], digest);
        return BinaryPrimitives.ReadUInt64LittleEndian(digest);
    }
}
