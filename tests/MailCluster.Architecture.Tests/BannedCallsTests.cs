using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace MailCluster.Architecture.Tests;

/// <summary>
/// Calls that the source alone does not tell apart (<c>x.Result</c> may be a property of ours), read from the compiled code: blocking on
/// tasks, and waiting by a clock that tests cannot drive.
/// </summary>
public sealed class BannedCallsTests
{
    public static TheoryData<string> Projects => [.. Assemblies.Projects];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Nothing_blocks_on_a_task_or_waits_by_the_wall_clock(string project)
    {
        using var stream = File.OpenRead(Assemblies.PathOf(project));
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        var offences = new List<string>();
        foreach (var handle in metadata.MethodDefinitions)
        {
            var method = metadata.GetMethodDefinition(handle);
            if (method.RelativeVirtualAddress == 0)
            {
                continue;
            }

            var calls = Il.Calls(image.GetMethodBody(method.RelativeVirtualAddress).GetILBytes() ?? [])
                .Select(called => Describe(metadata, called)).OfType<Call>().ToArray();

            // A value task that is known to be complete is read without waiting; hot paths do, to stay synchronous.
            var looks = calls.Any(call => call is { Type: "System.Threading.Tasks.ValueTask`1", Method: "get_IsCompletedSuccessfully" });
            foreach (var call in calls)
            {
                if (Why(call, looks) is { } why)
                {
                    offences.Add($"  {Name(metadata, method)} calls {call.Type}.{call.Method}: {why}");
                }
            }
        }

        Repository.AssertNone(offences, $"{project} has banned calls:");
    }

    private static string? Why(Call call, bool looksFirst) => (call.Type, call.Method) switch
    {
        ("System.Threading.Tasks.Task`1", "get_Result") => "await it",
        ("System.Threading.Tasks.ValueTask`1", "get_Result") when !looksFirst => "await it",
        ("System.Threading.Tasks.Task", "Wait" or "WaitAll" or "WaitAny") => "await it",
        ("System.Threading.Tasks.Task", "Delay") when !call.HasTimeProvider => "pass the injected TimeProvider",
        ("System.Threading.Thread", "Sleep") => "await, by the injected TimeProvider",
        ("System.DateTime" or "System.DateTimeOffset", "get_Now" or "get_UtcNow" or "get_Today") => "ask the injected TimeProvider",
        ("System.Threading.Timer", ".ctor") => "use TimeProvider.CreateTimer",
        ("System.Threading.PeriodicTimer", ".ctor") when !call.HasTimeProvider => "pass the injected TimeProvider",
        ("System.NotImplementedException", ".ctor") => "build it, or leave it out",
        _ => null,
    };

    private static Call? Describe(MetadataReader metadata, EntityHandle handle)
    {
        if (handle.Kind == HandleKind.MethodSpecification)
        {
            handle = metadata.GetMethodSpecification((MethodSpecificationHandle)handle).Method;
        }

        if (handle.Kind != HandleKind.MemberReference)
        {
            return null;
        }

        var member = metadata.GetMemberReference((MemberReferenceHandle)handle);
        var type = member.Parent;
        if (type.Kind == HandleKind.TypeSpecification)
        {
            return new Call(metadata.GetTypeSpecification((TypeSpecificationHandle)type).DecodeSignature(TypeNames.Instance, null), metadata, member);
        }

        return type.Kind == HandleKind.TypeReference ? new Call(TypeNames.Name(metadata, (TypeReferenceHandle)type), metadata, member) : null;
    }

    private static string Name(MetadataReader metadata, MethodDefinition method)
    {
        var type = metadata.GetTypeDefinition(method.GetDeclaringType());
        var name = $"{metadata.GetString(type.Name)}.{metadata.GetString(method.Name)}";
        while (!type.GetDeclaringType().IsNil)
        {
            type = metadata.GetTypeDefinition(type.GetDeclaringType());
            name = $"{metadata.GetString(type.Name)}.{name}";
        }

        return name;
    }

    private sealed class Call(string type, MetadataReader metadata, MemberReference member)
    {
        internal string Type { get; } = type;

        internal string Method { get; } = metadata.GetString(member.Name);

        internal bool HasTimeProvider =>
            member.DecodeMethodSignature(TypeNames.Instance, null).ParameterTypes.Contains("System.TimeProvider");
    }

    /// <summary>Types as names; of a generic one its definition.</summary>
    private sealed class TypeNames : ISignatureTypeProvider<string, object?>
    {
        internal static TypeNames Instance { get; } = new();

        internal static string Name(MetadataReader metadata, TypeReferenceHandle handle)
        {
            var type = metadata.GetTypeReference(handle);
            return $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
        }

        public string GetArrayType(string elementType, ArrayShape shape) => $"{elementType}[]";

        public string GetByReferenceType(string elementType) => elementType;

        public string GetFunctionPointerType(MethodSignature<string> signature) => "*";

        public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => genericType;

        public string GetGenericMethodParameter(object? genericContext, int index) => "!!";

        public string GetGenericTypeParameter(object? genericContext, int index) => "!";

        public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

        public string GetPinnedType(string elementType) => elementType;

        public string GetPointerType(string elementType) => elementType;

        public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

        public string GetSZArrayType(string elementType) => $"{elementType}[]";

        public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => "own";

        public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Name(reader, handle);

        public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);
    }
}
