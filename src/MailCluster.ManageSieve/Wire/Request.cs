using System.Collections.Immutable;
using MailCluster.ManageSieve.Commands;

namespace MailCluster.ManageSieve.Wire;

/// <summary>A request that the grammar and the table of commands allow.</summary>
/// <param name="Command">Which command.</param>
/// <param name="Arguments">As many as it has parameters, less those that are optional and not there.</param>
internal readonly record struct Request(ManageSieveCommand Command, ImmutableArray<Argument> Arguments);

/// <summary>One argument.</summary>
/// <param name="Bytes">Of a string: its content, a copy that is the receiver's own.</param>
/// <param name="Number">Of a number: its value.</param>
internal readonly record struct Argument(byte[] Bytes, uint Number);
