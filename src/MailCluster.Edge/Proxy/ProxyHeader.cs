using System.Net;

namespace MailCluster.Edge;

/// <summary>What a balancer says of a connection that it opened: the PROXY protocol's header, either version.</summary>
/// <param name="IsLocal">The balancer speaks for itself (LOCAL of version 2), as a health check does; the connection's own addresses count.</param>
/// <param name="Client">Where the client is, or null if the balancer does not say (UNKNOWN, AF_UNSPEC, AF_UNIX): the connection's own address counts.</param>
/// <param name="Server">The address that the client connected to; null exactly if <paramref name="Client"/> is.</param>
internal readonly record struct ProxyHeader(bool IsLocal, IPEndPoint? Client, IPEndPoint? Server)
{
    public static readonly ProxyHeader Local = new(true, null, null);

    public static readonly ProxyHeader Unknown = new(false, null, null);
}

/// <summary>Why a connection by way of a balancer is not taken. The names are in the log and in the metrics.</summary>
internal enum ProxyFault
{
    /// <summary>It is taken.</summary>
    None,

    /// <summary>It comes from outside the networks whose word counts.</summary>
    Untrusted,

    /// <summary>No whole header within the login timeout: as a rule a balancer that was not told to send it.</summary>
    Late,

    /// <summary>Closed in the middle of the header.</summary>
    Incomplete,

    /// <summary>Closed before the first byte, as simple probes do, or ended by the node.</summary>
    Closed,

    /// <summary>The bytes do not begin like a header of either version: a client, or a balancer that does not send the header.</summary>
    NoHeader,

    /// <summary>The signature of the binary form, and then a version other than 2.</summary>
    Version,

    /// <summary>A command other than LOCAL and PROXY.</summary>
    Command,

    /// <summary>An address family or transport that does not exist, or datagrams.</summary>
    Family,

    /// <summary>Longer than <see cref="ProxyHeaderReader.BytesMax"/>, or too short for the addresses it announces.</summary>
    Length,

    /// <summary>The text form: not five fields parted by single spaces and ended by CRLF.</summary>
    Line,

    /// <summary>An address that is not one of its family in its canonical form.</summary>
    Address,

    /// <summary>A port that is not a number from 0 to 65535 without leading zeros.</summary>
    Port,

    /// <summary>Type, length and value of an addition do not fit into the header.</summary>
    Addition,

    /// <summary>The header carries a CRC-32C and is not what it was computed over.</summary>
    Checksum,
}

/// <summary>How far a header has been read.</summary>
internal enum ProxyHeaderOutcome
{
    /// <summary>So far it can become one.</summary>
    NeedMore,

    /// <summary>It is one.</summary>
    Complete,

    /// <summary>It is none, whatever follows.</summary>
    Rejected,
}

/// <summary>The answer of <see cref="ProxyHeaderReader"/>.</summary>
/// <param name="Outcome">Which of the others count.</param>
/// <param name="Header">What was read, if <see cref="ProxyHeaderOutcome.Complete"/>.</param>
/// <param name="Length">Bytes of the header, if <see cref="ProxyHeaderOutcome.Complete"/>; what follows is the client's.</param>
/// <param name="Fault">Why not, if <see cref="ProxyHeaderOutcome.Rejected"/>.</param>
internal readonly record struct ProxyHeaderReading(ProxyHeaderOutcome Outcome, ProxyHeader Header, int Length, ProxyFault Fault)
{
    public static ProxyHeaderReading NeedMore => default;

    public static ProxyHeaderReading Complete(in ProxyHeader header, int length) => new(ProxyHeaderOutcome.Complete, header, length, ProxyFault.None);

    public static ProxyHeaderReading Rejected(ProxyFault fault) => new(ProxyHeaderOutcome.Rejected, default, 0, fault);
}
